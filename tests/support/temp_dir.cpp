#include "tests/support/temp_dir.h"

#include <cstdio>
#include <cstdlib>
#include <stdexcept>

namespace freshet::testing {

TempDir::TempDir() {
  std::string pattern = "/tmp/freshet-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot create " + pattern);
  path_ = pattern;
}

TempDir::~TempDir() {
  // Tests start no thread that writes the environment.
  if (std::getenv("FRESHET_KEEP") != nullptr) {  // NOLINT(concurrency-mt-unsafe): see above
    std::fprintf(stderr, "kept %s\n", path_.c_str());
    return;
  }
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path TempDir::folder(const std::string& name) const {
  auto folder = path_ / name;
  std::filesystem::create_directories(folder);
  return folder;
}

}  // namespace freshet::testing
