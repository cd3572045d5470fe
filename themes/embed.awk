# Names of theme files in, C out: each a name and a string a line.
BEGIN {
	print "/* Made from themes/ by embed.awk. */"
	print "#include \"ui/theme.h\"\n"
	print "const struct shipped_theme shipped_themes[] = {"
}
{
	name = path = $0
	sub(/.*\//, "", name)
	sub(/\.yaml$/, "", name)
	printf "\t{\"%s\",\n", name
	while ((got = (getline line < path)) > 0) {
		gsub(/\\/, "\\\\", line)
		gsub(/"/, "\\\"", line)
		printf "\t \"%s\\n\"\n", line
	}
	if (got < 0)
		exit 1
	close(path)
	print "\t},"
}
END { print "\t{0, 0},\n};" }
