import sandbox
