"""The letters room: draft -> lint -> compose -> render -> stamp -> spool.

Values in, values out. Nothing here saves or sends.
"""
