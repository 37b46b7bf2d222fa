#include "tests/support/files.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>

#include "node/base/bytes.h"
#include "node/base/digest.h"

namespace freshet::testing {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t kBlockBytes = std::uint64_t{16} * 1024;
constexpr std::size_t kChunkBytes = std::size_t{1} << 20U;

std::ofstream open_to_write(const fs::path& path) {
  if (path.has_parent_path()) fs::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  if (!file) throw std::runtime_error("cannot write " + path.string());
  return file;
}

}  // namespace

void write_file(const fs::path& path, std::string_view content) {
  open_to_write(path).write(content.data(), static_cast<std::streamsize>(content.size()));
}

void write_random_file(const fs::path& path, std::uint64_t size_bytes, std::uint64_t seed) {
  auto file = open_to_write(path);
  std::string chunk(kChunkBytes, '\0');
  std::uint64_t state = Digest::mix(seed + 1);
  for (std::uint64_t left = size_bytes; left > 0;) {
    const std::size_t take = static_cast<std::size_t>(std::min<std::uint64_t>(left, chunk.size()));
    for (std::size_t at = 0; at < take; at += sizeof state) {
      state += 0x9E3779B97F4A7C15ULL;  // splitmix64
      store_le(Digest::mix(state), reinterpret_cast<Byte*>(chunk.data()) + at);
    }
    file.write(chunk.data(), static_cast<std::streamsize>(take));
    left -= take;
  }
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string sha256_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> hash(EVP_MD_CTX_new(),
                                                                     EVP_MD_CTX_free);
  EVP_DigestInit_ex(hash.get(), EVP_sha256(), nullptr);
  std::string chunk(kChunkBytes, '\0');
  while (file.read(chunk.data(), static_cast<std::streamsize>(chunk.size())) || file.gcount() > 0) {
    EVP_DigestUpdate(hash.get(), chunk.data(), static_cast<std::size_t>(file.gcount()));
  }
  std::array<Byte, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_DigestFinal_ex(hash.get(), digest.data(), &size);
  return to_hex({digest.data(), size});
}

std::vector<fs::path> regular_files(const fs::path& folder) {
  std::vector<fs::path> files;
  const auto options = fs::directory_options::skip_permission_denied;
  for (fs::recursive_directory_iterator it(folder, options), end; it != end; ++it) {
    const bool hidden = it->path().filename().string().starts_with('.');
    if (it->is_symlink() || hidden) {
      it.disable_recursion_pending();
    } else if (it->is_regular_file()) {
      files.push_back(it->path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

void corrupt_in_place(const fs::path& path) {
  struct stat before {};
  if (::stat(path.c_str(), &before) != 0) throw std::runtime_error("no file " + path.string());
  {
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    for (std::uint64_t at = 0; at < static_cast<std::uint64_t>(before.st_size); at += kBlockBytes) {
      file.seekg(static_cast<std::streamoff>(at));
      const int byte = file.get();
      file.seekp(static_cast<std::streamoff>(at));
      file.put(static_cast<char>(byte ^ 1));
    }
    if (!file.flush()) throw std::runtime_error("cannot corrupt " + path.string());
  }
  const std::array<timespec, 2> times = {before.st_atim, before.st_mtim};
  ::utimensat(AT_FDCWD, path.c_str(), times.data(), 0);
}

}  // namespace freshet::testing
