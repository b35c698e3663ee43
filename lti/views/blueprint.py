"""What the door's pages are gathered in."""

from flask import Blueprint

pages = Blueprint("lti", __name__)
