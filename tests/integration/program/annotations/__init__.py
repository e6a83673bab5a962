"""The scenarios of language.py: a module for each example, and one for what bootstrap refuses."""
from . import airbnb, book, geo, options, quiz, refusals, rental, shop, social, tenants, tree  # noqa: F401

EXAMPLES = ["airbnb", "book", "shop", "quiz", "rental", "social", "tree", "geo", "tenants", "options"]

# SQL for after an example's data: thousands of documents would prove no more than some.
PREPARED = {"airbnb": "DELETE FROM booking WHERE id > 60"}
