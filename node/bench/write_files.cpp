#include "node/bench/write_files.h"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <vector>

#include <unistd.h>

namespace freshet::bench {
namespace {

namespace fs = std::filesystem;

Error trouble(const std::string& what, const fs::path& where, const std::string& cause) {
  return {.code = ErrorCode::io,
          .message = what + " " + where.string() + ": " + cause
                     + "; free or repair it, or choose another folder with --out"};
}

// Files under temporary names until keep(); what is not kept is removed.
class Staging {
 public:
  explicit Staging(fs::path dir) : dir_(std::move(dir)) {}
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;
  ~Staging() {
    std::error_code ignored;
    for (const std::string& name : names_) fs::remove(temporary(name), ignored);
  }

  Status write(const std::string& name, const FileWriter& writer) {
    names_.push_back(name);
    errno = 0;
    std::ofstream file(temporary(name), std::ios::binary | std::ios::trunc);
    if (file) writer(file);
    file.close();
    if (file) return kOk;
    const std::error_code error(errno != 0 ? errno : EIO, std::generic_category());
    return trouble("cannot write", dir_ / name, error.message());
  }

  /// In the order in which they were written.
  Status keep() {
    for (const std::string& name : names_) {
      std::error_code error;
      fs::rename(temporary(name), dir_ / name, error);
      if (error) return trouble("cannot replace", dir_ / name, error.message());
    }
    names_.clear();
    return kOk;
  }

 private:
  [[nodiscard]] fs::path temporary(const std::string& name) const {
    return dir_ / ("." + name + "." + std::to_string(getpid()) + ".tmp");
  }

  fs::path dir_;
  std::vector<std::string> names_;
};

}  // namespace

Status write_files(const std::string& dir,
                   const std::vector<std::pair<std::string, FileWriter>>& files) {
  std::error_code error;
  fs::create_directories(dir, error);
  if (!error && !fs::is_directory(dir)) error = std::make_error_code(std::errc::not_a_directory);
  if (error) return trouble("cannot make the folder", dir, error.message());
  Staging staging(dir);
  for (const auto& [name, writer] : files) {
    Status written = staging.write(name, writer);
    if (!written) return written;
  }
  return staging.keep();
}

}  // namespace freshet::bench
