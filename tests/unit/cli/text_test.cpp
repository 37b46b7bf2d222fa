#include "node/cli/text.h"

#include <doctest/doctest.h>

namespace freshet::cli {

TEST_CASE("what commands a terminal or hides something is escaped, and the rest is left") {
  CHECK(escape_text("plain ÄöÜ 東京 🎉") == "plain ÄöÜ 東京 🎉");
  CHECK(escape_text("a\x1b[31mb") == "a\\x1b[31mb");
  CHECK(escape_text("a\nb\r\tc") == "a\\nb\\r\\tc");
  CHECK(escape_text(std::string_view("a\0b", 3)) == "a\\x00b");
  CHECK(escape_text("\x7f") == "\\x7f");
  CHECK(escape_text("\xC2\x9B") == "\\u{9b}");  // CSI in one character
  CHECK(escape_text("\xE2\x80\xAE"
                    "fdp.exe")
        == "\\u{202e}fdp.exe");
  CHECK(escape_text("\xE2\x80\xA8") == "\\u{2028}");
  CHECK(escape_text("\xFF\xC3") == "\\xff\\xc3");
  CHECK(escape_text("👩‍💻") == "👩‍💻");
}

TEST_CASE("widths are those of a terminal") {
  CHECK(display_width("abc") == 3);
  CHECK(display_width("東京") == 4);
  CHECK(display_width("e\xCC\x81") == 1);
  CHECK(display_width("") == 0);
}

TEST_CASE("what does not fit ends in an ellipsis") {
  CHECK(fit("abcdef", 6) == "abcdef");
  CHECK(fit("abcdef", 4) == "abc…");
  CHECK(fit("東京都", 4) == "東…");
  CHECK(fit("abc", 1) == "…");
  CHECK(fit("abc", 0).empty());
}

TEST_CASE("sizes have at most three digits and a unit") {
  CHECK(human_size(0) == "0 B");
  CHECK(human_size(999) == "999 B");
  CHECK(human_size(1000) == "1.0 KiB");
  CHECK(human_size(1536) == "1.5 KiB");
  CHECK(human_size(10 * 1024) == "10 KiB");
  CHECK(human_size(1023 * 1024) == "1.0 MiB");
  CHECK(human_size(1'073'741'824) == "1.0 GiB");
  CHECK(human_size(UINT64_MAX) == "16 EiB");
}

TEST_CASE("times are in the units that matter") {
  using Seconds = std::chrono::duration<double>;
  CHECK(human_duration(Seconds(0.042)) == "0.04 s");
  CHECK(human_duration(Seconds(2.54)) == "2.5 s");
  CHECK(human_duration(Seconds(59.96)) == "1 m 00 s");
  CHECK(human_duration(Seconds(65)) == "1 m 05 s");
  CHECK(human_duration(Seconds(3600 * 3 + 60 * 12)) == "3 h 12 m");
  CHECK(human_duration(Seconds(86400 * 2 + 3600 * 4)) == "2 d 4 h");
  CHECK(human_duration(Seconds(-1)) == "0.00 s");
}

TEST_CASE("counts have the right number and thousands") {
  CHECK(count_of(1, "file", "files") == "1 file");
  CHECK(count_of(0, "file", "files") == "0 files");
  CHECK(count_of(1234567, "file", "files") == "1,234,567 files");
  CHECK(count_of(999, "file", "files") == "999 files");
}

TEST_CASE("a table aligns its columns, also where characters are wide, and escapes its cells") {
  Table table({{"N", true}, {"NAME"}, {"ADDRESS"}});
  table.add({"1", "東京", "h:1"});
  table.add({"20", "a\nb", ""});
  CHECK(table.lines()
        == std::vector<std::string>{" N  NAME  ADDRESS", " 1  東京  h:1", "20  a\\nb"});
}

}  // namespace freshet::cli
