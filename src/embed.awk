# "NAME PATH" lines in, C out: each name with its file's text, a string a line;
# NULLs end them. -v header=..., -v array="struct kind name".
BEGIN {
	print "/* Made by src/embed.awk. */"
	printf "#include \"%s\"\n\nconst %s[] = {\n", header, array
}
{
	path = substr($0, index($0, " ") + 1)
	printf "\t{\"%s\",\n", $1
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
