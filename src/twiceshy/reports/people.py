"""What reports call the people who use a service."""

from __future__ import annotations

PEOPLE = r"(?:users?|customers?|clients?|subscribers?|visitors?|members?|people|players?|students?|employees|shoppers?|accounts?|readers?|listeners?|viewers?|merchants?|tenants?|patients?|guests?|user ?base|audience|consumers?|staff|teachers?|passengers?|drivers?|buyers?|sellers?)"
"""Pattern text, lower case."""
