"""What running brings to the house: the server, the worker, the tables, the health page."""

from tutoring.running.commands import serve, tables, work
from tutoring.running.views import pages
from tutoring.web.part import Part

PART = Part(name="running", blueprint=pages, commands=(tables, serve, work))
