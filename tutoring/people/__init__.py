"""Who is who: institutions, persons, their identities, signing in without the LMS, and the mail they receive."""
