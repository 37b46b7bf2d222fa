// A folder of a test's own, gone with everything in it when the test ends.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace freshet::bench::testing {

class ResultsFolder {
 public:
  ResultsFolder() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "freshet-bench-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ResultsFolder(const ResultsFolder&) = delete;
  ResultsFolder& operator=(const ResultsFolder&) = delete;
  ResultsFolder(ResultsFolder&&) = delete;
  ResultsFolder& operator=(ResultsFolder&&) = delete;
  ~ResultsFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

inline std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace freshet::bench::testing
