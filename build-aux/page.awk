# Makes a manual page: the lines of `corograph __describe COMMAND` first, then the page with
# these lines, which it fills from them:
#
#   @synopsis, @examples, @commands    those lines as roff
#   @name                              the line of NAME
#   @options                           every option, what the help says first; behind it,
#   @option --NAME, @option -X         up to the next @ line: what a page adds of one
#   @end                               ends that
#
# An addition for an option that the table does not have is an error.
BEGIN { FS = "\t"; }

function escape(text)
{
	gsub(/\\/, "\\e", text)
	gsub(/-/, "\\-", text)
	gsub(/`[^`]*`/, "\\fB&\\fR", text)
	gsub(/`/, "", text)
	return text
}

function bold(text) { return "\\fB" escape(text) "\\fR" }

function italic(text) { return "\\fI" escape(text) "\\fR" }

# A word of a synopsis: brackets and dots as they are, in capitals what is to be replaced.
function synopsis_word(word,    before, after)
{
	match(word, /^[\[(]*/)
	before = substr(word, 1, RLENGTH)
	word = substr(word, RLENGTH + 1)
	match(word, /[\].)]*$/)
	after = substr(word, RSTART)
	word = substr(word, 1, RSTART - 1)
	if (word == "")
		return before after
	return before (word ~ /^[A-Z]+$/ ? italic(word) : bold(word)) after
}

function synopsis_line(line,    words, n, i, out)
{
	n = split(line, words, " ")
	out = "\\fBcorograph " command "\\fR"
	for (i = 1; i <= n; i++)
		out = out " " synopsis_word(words[i])
	return out
}

# The help as a sentence; the argument's name in it, and its choices, set apart.
function sentence(i,    text, n, j, words)
{
	text = escape(toupper(substr(help[i], 1, 1)) substr(help[i], 2))
	if (argument[i] != "") {
		text = " " text " "
		gsub(" " argument[i] "[ ,:]", " \\fI&", text)
		gsub("\\\\fI " argument[i], "\\fI" argument[i] "\\fR", text)
		gsub(/^ | $/, "", text)
	}
	if (choices[i] == "")
		return text "."
	n = split(choices[i], words, ",")
	text = text ":"
	for (j = 1; j <= n; j++)
		text = text " " bold(words[j]) (j < n ? "," : ".")
	return text
}

function print_option(i,    head)
{
	head = letter[i] == "" ? "" : bold("-" letter[i])
	if (name[i] != "")
		head = head (head == "" ? "" : ", ") bold("--" name[i])
	print ".TP\n" head (argument[i] == "" ? "" : " " italic(argument[i]))
	print sentence(i)
	printf "%s", added[i]
}

function option_named(word,    i)
{
	for (i = 1; i <= options; i++)
		if (word == "--" name[i] || word == "-" letter[i])
			return i
	print FILENAME ": there is no option " word >"/dev/stderr"
	failed = 1
	exit 1
}

function finish_options(    i)
{
	for (i = 1; i <= options; i++)
		print_option(i)
	adding = inside = 0
}

FNR == 1 { files++ }
files == 1 && $1 == "summary" { summary = $2 }
files == 1 && $1 == "command" { commands[++command_count] = $2; summaries[command_count] = $3 }
files == 1 && $1 == "synopsis" { synopsis[++forms] = $2 }
files == 1 && $1 == "example" { example[++examples] = $2 }
files == 1 && $1 == "option" {
	letter[++options] = $2
	name[options] = $3
	argument[options] = $4
	help[options] = $5
	choices[options] = $6
}
files == 1 { next }

/^@name$/ { print "corograph\\-" command " \\- " escape(summary); next }
/^@synopsis$/ {
	for (i = 1; i <= forms; i++)
		print (i > 1 ? ".br\n" : "") synopsis_line(synopsis[i])
	next
}
/^@examples$/ {
	print ".EX"
	for (i = 1; i <= examples; i++)
		print escape(example[i])
	print ".EE"
	next
}
/^@commands$/ {
	for (i = 1; i <= command_count; i++)
		print ".TP\n" bold(commands[i]) "\n" toupper(substr(summaries[i], 1, 1)) \
			escape(substr(summaries[i], 2)) "."
	next
}
/^@options$/ { inside = 1; adding = 0; next }
/^@option / { split($0, words, " "); adding = option_named(words[2]); next }
/^@end$/ { finish_options(); next }
/^@/ { print FILENAME ": what is " $0 "?" >"/dev/stderr"; failed = 1; exit 1 }
inside && adding { added[adding] = added[adding] $0 "\n"; next }
{ print }
END { exit failed }
