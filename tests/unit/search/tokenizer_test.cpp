// Words of names in several scripts, and the rules that queries and names share.
#include "node/core/search/tokenizer.h"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <utf8proc.h>

#include "node/base/rng.h"

namespace freshet::core::search {
namespace {

using Words = std::vector<std::string>;

Words words_of(std::string_view name) {
  Tokens tokens;
  tokenize(bytes_of(name), tokens);
  Words words;
  for (const Token& token : tokens.list) words.emplace_back(tokens.word(token));
  return words;
}

bool finds(std::string_view name, std::string_view word) {
  const Words words = words_of(name);
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string converted(std::string_view text, int options) {
  utf8proc_uint8_t* to = nullptr;
  const auto length = utf8proc_map(bytes_of(text).data(),
                                   static_cast<utf8proc_ssize_t>(text.size()),
                                   &to,
                                   static_cast<utf8proc_option_t>(options));
  std::string result(
      text_of({to, static_cast<std::size_t>(std::max<utf8proc_ssize_t>(length, 0))}));
  std::free(to);  // NOLINT(cppcoreguidelines-no-malloc): utf8proc_map allocates with malloc
  return result;
}

struct Case {
  std::string_view name;
  Words words;
};

void check(const std::vector<Case>& cases) {
  for (const Case& each : cases) {
    CAPTURE(each.name);
    CHECK(words_of(each.name) == each.words);
  }
}

}  // namespace

TEST_CASE(
    "a name in ASCII is split at separators, digits and camelCase, and joined again within a run") {
  check({
      {"readme.txt", {"readme", "txt"}},
      {"foo_bar-baz", {"foo", "bar", "baz"}},
      {"1.2.3", {"1", "2", "3"}},
      {"HolidayPhotos2024.jpg",
       {"holiday", "photos", "holidayphotos", "2024", "holidayphotos2024", "jpg"}},
      {"HTTPServer", {"http", "server", "httpserver"}},
      {"iPhone", {"i", "phone", "iphone"}},
      {"README", {"readme"}},
      {"S01E02", {"s", "01", "e", "02", "s01e02"}},
      {"mp3", {"mp", "3", "mp3"}},
      {"aB1cD", {"a", "b", "ab", "1", "c", "d", "cd", "ab1cd"}},
      {"A/B c", {"a", "b", "c"}},
      {"...", {}},
      {"", {}},
  });
}

TEST_CASE(
    "an apostrophe inside a word is a border that is joined again, and elsewhere a separator") {
  check({
      {"Don't", {"don", "t", "dont"}},
      {"don\xE2\x80\x99t", {"don", "t", "dont"}},
      {"'quoted'", {"quoted"}},
      {"dogs' life", {"dogs", "life"}},
      {"rock'n'roll", {"rock", "n", "roll", "rocknroll"}},
      {"90's", {"90", "s"}},
      {"a''b", {"a", "b"}},
      {"o'3", {"o", "3"}},
  });
}

TEST_CASE("Latin accents, ligatures and stroked letters fold to what an ASCII keyboard types") {
  check({
      {"Café", {"cafe"}},
      {"Straße", {"strasse"}},
      {"STRASSE", {"strasse"}},
      {"GROẞ", {"gross"}},
      {"Łódź", {"lodz"}},
      {"Ærøskøbing", {"aeroskobing"}},
      {"Tiếng Việt", {"tieng", "viet"}},
      {"đường", {"duong"}},
      {"ﬁne", {"fine"}},
      {"İstanbul ısı", {"istanbul", "isi"}},
      {"naïveCafé", {"naive", "cafe", "naivecafe"}},
      {"x²", {"x", "2", "x2"}},
  });
}

TEST_CASE("full-width letters and digits are the ASCII ones") {
  check({{"ＡＢＣ１２３．ＪＰＧ", {"abc", "123", "abc123", "jpg"}}});
}

TEST_CASE("Greek folds case, accents and the final sigma") {
  check({
      {"ΑΘΉΝΑ", {"αθηνα"}},
      {"Αθήνα", {"αθηνα"}},
      {"λόγος", {"λογοσ"}},
      {"ΛΌΓΟΣ", {"λογοσ"}},
  });
}

TEST_CASE("Cyrillic folds case and marks") {
  check({
      {"Ёлка", {"елка"}},
      {"ЕЛКА", {"елка"}},
      {"Київ", {"киів"}},
      {"МойФайл", {"мои", "фаил", "моифаил"}},
  });
}

TEST_CASE("Hebrew points and Arabic vowel signs, hamza and tatweel are dropped") {
  check({
      {"שָׁלוֹם", {"שלום"}},
      {"כִּתָּה", {"כתה"}},
      {"مُحَمَّد", {"محمد"}},
      {"كتـــاب", {"كتاب"}},
      {"أحمد", {"احمد"}},
  });
}

TEST_CASE("marks of kana and of Indic scripts change the letter and stay") {
  CHECK(words_of("か") != words_of("が"));
  CHECK(words_of("は") != words_of("ぱ"));
  CHECK(words_of("ｶﾞ") == words_of("ガ"));
  CHECK(words_of("का") != words_of("क"));
  check({{"हिन्दी", {"हिन्दी"}}});
}

TEST_CASE("Han and kana are found by each character and each two neighbours") {
  check({
      {"東", {"東"}},
      {"東京", {"東", "京", "東京"}},
      {"東京都", {"東", "京", "東京", "都", "京都"}},
      {"東京タワー", {"東", "京", "東京", "タ", "京タ", "ワ", "タワ", "ー", "ワー"}},
      {"東京2024写真", {"東", "京", "東京", "2024", "写", "真", "写真"}},
      {"東・京", {"東", "京"}},
  });
}

TEST_CASE("Thai is found by each cluster and each two neighbours") {
  // Three clusters: ท, ที with its vowel and tone, ย.
  CHECK(words_of("ไทย") == Words{"ไ", "ท", "ไท", "ย", "ทย"});
  CHECK(finds("ที่นี่", "ที่"));
  CHECK(finds("ที่นี่", "ที่นี่"));
}

TEST_CASE("Hangul syllables make words and stay syllables") {
  check({{"한국어 파일", {"한국어", "파일"}}});
}

TEST_CASE("an emoji is a word by itself") {
  check({
      {"party🎉.png", {"party", "🎉", "png"}},
      {"🎉🎂", {"🎉", "🎂"}},
      {"I❤️NY", {"i", "❤", "ny"}},
  });
}

TEST_CASE("bytes that are not UTF-8 separate words") {
  check({
      {"caf\xE9 noir", {"caf", "noir"}},
      {"a\xFF\xFE"
       "b",
       {"a", "b"}},
      {"\xC3", {}},
      {"\xED\xA0\x80x", {"x"}},
      {"é\xC3", {"e"}},
      {std::string_view("a\0b", 3), {"a", "b"}},
  });
}

TEST_CASE("invisible characters do not split a word") {
  check({{"so\xC2\xAD"
          "ft",
          {"soft"}},
         {"zero\xE2\x80\x8Dwidth", {"zerowidth"}}});
}

TEST_CASE("composed and decomposed text give the same words") {
  for (const std::string_view text :
       {"Café Ünïcödé", "Ελληνικά", "Ёлка Київ", "がぎぐ プ", "한국어", "शुभ", "Việt"}) {
    CAPTURE(text);
    CHECK(words_of(converted(text, UTF8PROC_COMPOSE))
          == words_of(converted(text, UTF8PROC_DECOMPOSE)));
  }
}

TEST_CASE("upper and lower case of every cased letter give the same word") {
  for (utf8proc_int32_t c = 0; c < 0x20000; ++c) {
    const utf8proc_int32_t upper = utf8proc_toupper(c);
    if (upper == c || utf8proc_tolower(upper) != c) continue;
    std::array<utf8proc_uint8_t, 8> bytes{};
    const auto a = static_cast<std::size_t>(utf8proc_encode_char(c, bytes.data()));
    const std::string low(text_of({bytes.data(), a}));
    const auto b = static_cast<std::size_t>(utf8proc_encode_char(upper, bytes.data()));
    const std::string up(text_of({bytes.data(), b}));
    CAPTURE(c);
    CHECK(words_of(low) == words_of(up));
  }
}

TEST_CASE("composed and decomposed forms of every character give the same words") {
  for (utf8proc_int32_t c = 0x80; c < 0x30000; ++c) {
    if (c >= 0xD800 && c < 0xE000) continue;
    std::array<utf8proc_uint8_t, 8> bytes{};
    const auto length = static_cast<std::size_t>(utf8proc_encode_char(c, bytes.data()));
    const std::string text(text_of({bytes.data(), length}));
    const std::string decomposed = converted(text, UTF8PROC_DECOMPOSE);
    if (decomposed == text) continue;
    CAPTURE(c);
    CHECK(words_of(text) == words_of(decomposed));
  }
}

TEST_CASE("the fast way for ASCII gives the words of the long way") {
  constexpr std::uint64_t seed = 4711;
  MESSAGE("seed ", seed);
  Rng rng = Rng::from_seed(seed);
  constexpr std::string_view alphabet = "aAbBzZ019_-. '/";
  for (int i = 0; i < 3000; ++i) {
    std::string name;
    for (std::uint64_t n = rng.below(12); n > 0; --n) name += alphabet[rng.below(alphabet.size())];
    CAPTURE(name);
    Words long_way = words_of(name + " é");
    REQUIRE(long_way.back() == "e");
    long_way.pop_back();
    CHECK(words_of(name) == long_way);
  }
}

TEST_CASE("the words of a query for a run are among the tokens of that run") {
  constexpr std::uint64_t seed = 4712;
  MESSAGE("seed ", seed);
  Rng rng = Rng::from_seed(seed);
  const std::vector<std::string> alphabet = {
      "a", "B", "c", "D", "1", "2", "'", "é", "東", "京", "ท", "ี", "🎉", "ß", "_"};
  for (int i = 0; i < 3000; ++i) {
    std::string text;
    for (std::uint64_t n = rng.below(10); n > 0; --n) text += alphabet[rng.below(alphabet.size())];
    CAPTURE(text);
    for (const auto& run : query_words(bytes_of(text))) {
      for (const auto& word : run) CHECK(finds(text, word));
    }
  }
}

// The index tokenises a folder once for all of its files.
TEST_CASE("the tokens of a path are those of its folder, and then those of its name") {
  constexpr std::uint64_t seed = 4713;
  MESSAGE("seed ", seed);
  Rng rng = Rng::from_seed(seed);
  const std::vector<std::string> alphabet = {"a",
                                             "B",
                                             "1",
                                             "'",
                                             "/",
                                             "é",
                                             "e",
                                             "\u0301",
                                             "\u0338",
                                             "=",
                                             "\u05B0",
                                             "東",
                                             "ท",
                                             "ี",
                                             "\xF0\x9F",
                                             "_",
                                             "\u1100",
                                             "\u1161"};
  const auto some = [&] {
    std::string text;
    for (std::uint64_t n = rng.below(6); n > 0; --n) text += alphabet[rng.below(alphabet.size())];
    return text;
  };
  for (int i = 0; i < 20'000; ++i) {
    const std::string folder = some() + "/";
    const std::string name = some();
    CAPTURE(folder);
    CAPTURE(name);
    Words apart = words_of(folder);
    const Words of_name = words_of(name);
    apart.insert(apart.end(), of_name.begin(), of_name.end());
    CHECK(words_of(folder + name) == apart);
  }
}

TEST_CASE("tokens follow their last part, and parts are numbered without a gap") {
  Tokens tokens;
  tokenize(bytes_of("FooBar12'a東京x_Don't🎉"), tokens);
  std::uint32_t parts = 0;
  for (const Token& token : tokens.list) {
    if (token.parts == 1) ++parts;
    CHECK(token.first + token.parts == parts);
  }
}

TEST_CASE("a query keeps together what was typed together") {
  using Runs = std::vector<Words>;
  const auto runs = [](std::string_view text) {
    return query_words(bytes_of(text));
  };
  CHECK(runs("holiday photos") == Runs{{"holiday"}, {"photos"}});
  CHECK(runs("HolidayPhotos2024.jpg") == Runs{{"holiday", "photos", "2024"}, {"jpg"}});
  CHECK(runs("東京都") == Runs{{"東京", "都"}});
  CHECK(runs("東京都庁x") == Runs{{"東京", "都庁", "x"}});
  CHECK(runs("Don't") == Runs{{"don", "t"}});
  CHECK(runs("- !").empty());
}

TEST_CASE("a very long word is cut at the same place everywhere, between characters") {
  const std::string word(300, 'x');
  CHECK(words_of(word) == Words{std::string(kMaxWordBytes, 'x')});
  std::string greek;
  for (int i = 0; i < 200; ++i) greek += "λ";
  greek.insert(0, "a");
  const Words cut = words_of(greek);
  REQUIRE(cut.size() == 1);
  CHECK(cut[0].size() == kMaxWordBytes - 1);
  CHECK(cut[0] == query_words(bytes_of(greek)).at(0).at(0));
}

TEST_CASE("a text beyond the limit is read from its end") {
  std::string path(kMaxTextBytes * 3, 'a');
  path += "/last.txt";
  CHECK(finds(path, "last"));
}

TEST_CASE("the worst text costs a bounded number of tokens") {
  std::string alternating;
  while (alternating.size() < kMaxTextBytes) alternating += "a1";
  CHECK(words_of(alternating).size() <= kMaxTextBytes + 1);
  std::string expanding;
  while (expanding.size() + 3 <= kMaxTextBytes)
    expanding += "\xEF\xB7\xBA";  // U+FDFA, 18 code points
  CHECK(words_of(expanding).size() <= kMaxTextBytes / 3 * 18);
}

}  // namespace freshet::core::search
