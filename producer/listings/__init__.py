"""Listings: how far each is read so that nothing it still holds is missed."""
