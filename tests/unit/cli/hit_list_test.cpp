#include "node/cli/hit_list.h"

#include <doctest/doctest.h>

#include "node/cli/text.h"

namespace freshet::cli {
namespace {

api::Hit hit(std::string name) {
  api::Hit made;
  made.n = 12;
  made.name = std::move(name);
  made.size_bytes = 1536;
  made.sources = 3;
  made.hops = 1;
  return made;
}

}  // namespace

TEST_CASE("a result takes one line, in columns") {
  CHECK(hit_line(hit("a.txt"), 0) == "  12   1.5 KiB    3 sources    1 hop  a.txt");
}

TEST_CASE("what a file says of itself stands behind its name, in short") {
  api::Hit song = hit("01.mp3");
  song.metadata = {.artist = "Björk", .title = "Jóga\x1b[2J", .duration_ms = 305'400};
  CHECK(hit_line(song, 0).ends_with("  01.mp3  (Björk, Jóga\\x1b[2J, 5:05)"));
  song.metadata = {.duration_ms = 3'723'500, .width = 640, .height = 480};
  CHECK(hit_line(song, 0).ends_with("  01.mp3  (1:02:04, 640x480)"));
}

TEST_CASE("a name cannot end the line or command the terminal") {
  const std::string line = hit_line(hit("a\n\x1b[2Jb\xFF"), 0);
  CHECK(line.find('\n') == std::string::npos);
  CHECK(line.find('\x1b') == std::string::npos);
  CHECK(line.find("a\\n\\x1b[2Jb\\xff") != std::string::npos);
}

TEST_CASE("a line is cut to the terminal's width") {
  CHECK(display_width(hit_line(hit(std::string(200, 'x')), 60)) <= 60);
}

}  // namespace freshet::cli
