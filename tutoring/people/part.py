"""What people bring to the house: sign-in, account and institution pages, and the mail."""

from tutoring.people.commands import people
from tutoring.people.post import MAIL
from tutoring.people.views import pages
from tutoring.web.part import Part

PART = Part(name="people", blueprint=pages, commands=(people,), consumers=(MAIL,))
