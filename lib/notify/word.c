/* word.c - what an answer means. */
#include "notify/reply.h"

static const struct {
	enum reply_word word;
	const char *text;
} words[] = {
#define X(word, language, text) { REPLY_##word, text },
#include "notify/word.def"
#undef X
};

/* Within a longer answer these are enough: who says them wants no more, however
 * they say it (47 CFR 64.1200(a)(10): any reasonable means). */
static const char *const enough[] = { "stop", "unsubscribe", "stopall",
	"optout" };
enum { ANSWER_MAX = 1000, SHORT_MAX = 160 };

static const char *const names[] = {
#define X(id, name) [REPLY_##id] = name,
#include "ehr/notify-word.def"
#undef X
};

const char *reply_word_name(enum reply_word w)
{
	return names[w];
}

/* Letters and digits of a line, folded; what is neither is a blank, an
 * apostrophe nothing. */
static void plain(struct str line, struct buf *b)
{
	BUF_AUTO clean = BUF_INIT;

	for (size_t i = 0; i < line.n; i++) {
		unsigned char c = (unsigned char)line.s[i];
		bool kept = c >= 0x80 || (c >= '0' && c <= '9') ||
		    (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');

		if (kept)
			buf_addch(&clean, (char)c);
		else if (c != '\'')
			buf_addch(&clean, ' ');
	}
	utf8_fold(b, buf_str(&clean));
}

static enum reply_word whole(struct str text)
{
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_is(text, words[i].text))
			return words[i].word;
	return REPLY_OTHER;
}

static bool has_enough(struct str text)
{
	struct str one;

	while (str_split(&text, ' ', &one))
		for (size_t i = 0; i < ARRAY_LEN(enough); i++)
			if (str_is(one, enough[i]))
				return true;
	return false;
}

/* Does what was answered to begin here? Mail programs put it below. */
static bool quotes(struct str line)
{
	static const char *const starts[] = { ">", "-----Original", "From:",
		"De:", "Von:", "________", "--" };
	static const char *const wrote[] = { "wrote", "escribi", "crit",
		"schrieb", "escreveu", "@" };

	for (size_t i = 0; i < ARRAY_LEN(starts); i++)
		if (str_starts(line, starts[i]))
			return true;
	if (!line.n || line.s[line.n - 1] != ':')
		return false;
	for (size_t i = 0; i < ARRAY_LEN(wrote); i++)
		if (memmem(line.s, line.n, wrote[i], strlen(wrote[i])))
			return true;
	return false;
}

static enum reply_word line_word(struct str line)
{
	BUF_AUTO b = BUF_INIT;

	plain(line, &b);
	return whole(buf_str(&b));
}

/* Greetings and signatures may stand around the answer, so each line is looked
 * at by itself first. Of several answers only STOP counts. */
enum reply_word reply_word(struct str text)
{
	enum reply_word all = REPLY_OTHER, w;
	BUF_AUTO own = BUF_INIT;
	BUF_AUTO b = BUF_INIT;
	struct str line;
	bool several = false;

	while (str_split(&text, '\n', &line)) {
		line = str_trim(line);
		if (quotes(line) || own.len > ANSWER_MAX)
			break;
		buf_addstr(&own, line);
		buf_addch(&own, ' ');
		w = line_word(line);
		if (w == REPLY_STOP)
			return w;
		several = several ||
		    (w != REPLY_OTHER && all != REPLY_OTHER && w != all);
		all = w != REPLY_OTHER ? w : all;
	}
	plain(buf_str(&own), &b);
	if (whole(buf_str(&b)) == REPLY_STOP || (b.len <= SHORT_MAX &&
	    has_enough(buf_str(&b))))
		return REPLY_STOP;
	if (several)
		return REPLY_OTHER;
	return all != REPLY_OTHER ? all : whole(buf_str(&b));
}
