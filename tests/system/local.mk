# Tests of this kind: a file and a line here.
