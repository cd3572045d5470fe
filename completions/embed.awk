# Names of the scripts in, C out: each its shell and a string a line.
BEGIN {
	print "/* Made from completions/ by embed.awk. */"
	print "#include \"cli/complete.h\"\n"
	print "const struct shell_script shell_scripts[] = {"
}
{
	path = $0
	shell = path ~ /\.bash$/ ? "bash" : path ~ /\.fish$/ ? "fish" : "zsh"
	printf "\t{\"%s\",\n", shell
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
