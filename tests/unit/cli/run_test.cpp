// From arguments to exit code, without a daemon.
#include "node/cli/run.h"

#include <filesystem>

#include <doctest/doctest.h>

namespace freshet::cli {
namespace {

struct Ran {
  int ups = 0;
  int demos = 0;
  int run(std::vector<std::string> arguments) {
    return cli::run(std::move(arguments),
                    {.up =
                         [this](const UpOptions&) {
                           ++ups;
                           return 42;
                         },
                     .demo =
                         [this](const DemoOptions&) {
                           ++demos;
                           return 43;
                         }});
  }
};

}  // namespace

TEST_CASE("up and demo are run with their exit codes") {
  Ran ran;
  CHECK(ran.run({"up"}) == 42);
  CHECK(ran.run({"demo"}) == 43);
  CHECK(ran.ups == 1);
  CHECK(ran.demos == 1);
}

TEST_CASE("without a daemon every command that needs one ends with 3") {
  Ran ran;
  const std::string nowhere =
      (std::filesystem::temp_directory_path() / "freshet-no-such-state").string();
  for (const std::vector<std::string>& command : {std::vector<std::string>{"status"},
                                                  {"down"},
                                                  {"peers"},
                                                  {"join", "127.0.0.1:9"},
                                                  {"share", "ls"},
                                                  {"share", "add", "/"},
                                                  {"share", "rm", "/"},
                                                  {"share", "rescan"},
                                                  {"search", "x"},
                                                  {"get", "1"},
                                                  {"get", "1", "-o", "/no/such/folder/x"},
                                                  {"downloads", "--json"}}) {
    CAPTURE(command.front());
    std::vector<std::string> arguments = {"--state", nowhere};
    arguments.insert(arguments.end(), command.begin(), command.end());
    CHECK(ran.run(arguments) == 3);
  }
}

TEST_CASE("usage comes before the daemon") {
  Ran ran;
  CHECK(ran.run({"--state", "/nonexistent", "search", "x", "--ttl", "99"}) == 2);
  CHECK(ran.run({"up", "--listen", "nowhere"}) == 2);
  CHECK(ran.ups == 0);
}

}  // namespace freshet::cli
