"""The law room: facts and dated, cited rules in; obligations, deadlines and
assessments with their working out.

Pure: no framework, no clock, no settings; it reads nothing but the data files beside it.
"""
