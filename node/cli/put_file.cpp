#include "node/cli/put_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>

#include <unistd.h>

namespace freshet::cli {
namespace {

namespace fs = std::filesystem;

bool same_bytes(const fs::path& a, const fs::path& b) {
  std::ifstream left(a, std::ios::binary);
  std::ifstream right(b, std::ios::binary);
  std::array<char, 65536> one{};
  std::array<char, 65536> other{};
  while (left && right) {
    left.read(one.data(), one.size());
    right.read(other.data(), other.size());
    const auto count = left.gcount();
    if (count != right.gcount() || !std::equal(one.begin(), one.begin() + count, other.begin())) {
      return false;
    }
  }
  return left.eof() && right.eof();
}

Error io_error(const fs::path& path, const std::error_code& why) {
  return {ErrorCode::io, "cannot write " + path.string() + ": " + why.message()};
}

Status copy_in_one_step(const fs::path& from, const fs::path& to) {
  std::string part = to.string() + ".XXXXXX";
  const int descriptor = mkstemp(part.data());
  if (descriptor < 0) return io_error(to, {errno, std::generic_category()});
  ::close(descriptor);
  std::error_code failed;
  fs::copy_file(from, part, fs::copy_options::overwrite_existing, failed);
  if (!failed) fs::create_hard_link(part, to, failed);  // fails where the name was taken meanwhile
  std::error_code ignored;
  if (!failed) {
    fs::remove(part, ignored);
    return kOk;
  }
  const bool no_links =
      !fs::exists(to, ignored) && fs::file_size(part, ignored) == fs::file_size(from, ignored);
  if (no_links) {  // such as FAT
    fs::rename(part, to, failed);
    if (!failed) return kOk;
  }
  fs::remove(part, ignored);
  return io_error(to, failed);
}

}  // namespace

Result<std::string> put_file(const std::string& have,
                             const std::string& folder,
                             const std::string& file_name) {
  const fs::path from = have;
  std::error_code failed;
  if (fs::equivalent(from.parent_path(), folder, failed)) return have;
  const fs::path to =
      fs::path(folder) / (file_name.empty() ? from.filename() : fs::path(file_name));
  if (fs::exists(to, failed)) {
    if (same_bytes(from, to)) return to.string();
    return Error{ErrorCode::io, to.string() + " is another file; choose another name with -o"};
  }
  if (const Status copied = copy_in_one_step(from, to); !copied) return copied.error();
  return to.string();
}

}  // namespace freshet::cli
