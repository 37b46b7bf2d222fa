#include "node/store/index_file.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/store/file_io.h"
#include "node/store/os_error.h"
#include "node/store/unique_fd.h"
#include "node/wire/bt/sha256.h"

namespace freshet::store {

namespace {

/// "FRSHIDX" and the layout's number.
constexpr std::uint64_t kMagic = 0x4652'5348'4944'5802;
constexpr unsigned kBits = 7;
constexpr Byte kMore = 0x80;

struct Footer {
  std::uint64_t magic = kMagic;
  std::int64_t serial = 0;
  std::uint64_t image_bytes = 0;
  std::uint64_t files_bytes = 0;
  Sha256 hash;
};

Bytes differences(std::span<const IndexedFile> files) {
  Bytes bytes;
  std::int64_t before = 0;
  for (const IndexedFile& file : files) {
    auto rest = static_cast<std::uint64_t>(file.id.value - before) * 2 + (file.texts == 0 ? 0 : 1);
    before = file.id.value;
    for (; rest >= kMore; rest >>= kBits) bytes.push_back(static_cast<Byte>(rest | kMore));
    bytes.push_back(static_cast<Byte>(rest));
    if (file.texts == 0) continue;
    std::array<Byte, sizeof file.texts> texts{};
    std::memcpy(texts.data(), &file.texts, sizeof file.texts);
    bytes.insert(bytes.end(), texts.begin(), texts.end());
  }
  return bytes;
}

std::string new_path(const std::string& path) {
  return path + ".new";
}

struct Mapping {
  void* at = MAP_FAILED;
  std::size_t bytes = 0;

  explicit Mapping(int fd, std::size_t size)
      : at(::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd, 0)),
        bytes(size) {}
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  Mapping(Mapping&&) = delete;
  Mapping& operator=(Mapping&&) = delete;
  ~Mapping() {
    if (at != MAP_FAILED) ::munmap(at, bytes);
  }
  [[nodiscard]] ByteView view() const { return {static_cast<const Byte*>(at), bytes}; }
  /// Pages come back when they are looked at.
  void let_go() const { ::madvise(at, bytes, MADV_DONTNEED); }
};

Result<std::shared_ptr<const Mapping>> map_file(int fd, const std::string& path) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return os_error("cannot examine", path, errno);
  const auto size = static_cast<std::size_t>(info.st_size);
  if (size < sizeof(Footer)) return Error{ErrorCode::invalid, path + " is not whole"};
  auto mapping = std::make_shared<const Mapping>(fd, size);
  if (mapping->at == MAP_FAILED) return os_error("cannot map", path, errno);
  return mapping;
}

/// One file that is written from front to end.
class Writer {
 public:
  Writer(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  void put(ByteView bytes) {
    if (failed_) return;
    if (auto done = write_all_at(fd_, written_, bytes, path_); !done) failed_ = done.error();
    written_ += bytes.size();
  }
  [[nodiscard]] std::uint64_t written() const { return written_; }
  [[nodiscard]] Status status() const { return failed_ ? Status(*failed_) : kOk; }

 private:
  int fd_;
  std::string path_;
  std::uint64_t written_ = 0;
  std::optional<Error> failed_;
};

}  // namespace

namespace {

Status write_to(const std::string& fresh,
                std::int64_t serial,
                std::span<const IndexedFile> files,
                const std::function<void(const IndexFile::Sink&)>& image) {
  const UniqueFd fd(
      ::open(fresh.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!fd) return os_error("cannot write", fresh, errno);
  Writer writer(fd.get(), fresh);
  Footer footer{.serial = serial, .hash = {}};
  image([&](ByteView piece) { writer.put(piece); });
  footer.image_bytes = writer.written();
  writer.put(differences(files));
  footer.files_bytes = writer.written() - footer.image_bytes;
  std::array<Byte, sizeof footer> bytes{};
  writer.put(bytes);  // its room
  if (auto done = writer.status(); !done) return done;
  const auto mapping = map_file(fd.get(), fresh);
  if (!mapping) return mapping.error();
  const ByteView body = (*mapping)->view().first(footer.image_bytes + footer.files_bytes);
  footer.hash = wire::bt::sha256(body);
  std::memcpy(bytes.data(), &footer, sizeof footer);
  return write_all_at(fd.get(), body.size(), bytes, fresh);
}

}  // namespace

Status IndexFile::write(const std::string& path,
                        std::int64_t serial,
                        std::span<const IndexedFile> files,
                        const std::function<void(const Sink&)>& image) {
  const std::string fresh = new_path(path);
  Status written = write_to(fresh, serial, files, image);
  if (!written) ::unlink(fresh.c_str());  // it may hold the last room of a full disk
  return written;
}

Status IndexFile::put_in_place(const std::string& path) {
  const std::string fresh = new_path(path);
  if (::rename(fresh.c_str(), path.c_str()) == 0) return kOk;
  const int why = errno;
  ::unlink(fresh.c_str());
  return os_error("cannot replace", path, why);
}

void IndexFile::drop_unfinished(const std::string& path) {
  ::unlink(new_path(path).c_str());
}

Result<IndexFile> IndexFile::open(const std::string& path, std::int64_t serial) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd && errno == ENOENT) return Error{ErrorCode::not_found, "there is no " + path};
  if (!fd) return os_error("cannot read", path, errno);
  const auto mapping = map_file(fd.get(), path);
  if (!mapping) return mapping.error();
  const ByteView all = (*mapping)->view();
  Footer footer;
  std::memcpy(&footer, all.last(sizeof footer).data(), sizeof footer);
  const ByteView body = all.first(all.size() - sizeof footer);
  const bool fits = footer.magic == kMagic && footer.image_bytes <= body.size()
                    && footer.files_bytes == body.size() - footer.image_bytes;
  if (!fits || footer.hash != wire::bt::sha256(body))
    return Error{ErrorCode::invalid, path + " is damaged"};
  if (footer.serial != serial) return Error{ErrorCode::invalid, path + " is not of this catalogue"};
  (*mapping)->let_go();
  IndexFile file;
  file.mapping_ = *mapping;
  file.image_ = body.first(footer.image_bytes);
  file.files_ = body.subspan(footer.image_bytes);
  return file;
}

std::vector<IndexedFile> IndexFile::files() const {
  std::vector<IndexedFile> files;
  std::uint64_t id = 0;
  std::uint64_t value = 0;
  unsigned shift = 0;
  for (std::size_t at = 0; at < files_.size(); ++at) {
    value |= static_cast<std::uint64_t>(files_[at] & (kMore - 1U)) << shift;
    shift += kBits;
    if ((files_[at] & kMore) != 0) continue;
    id += value / 2;
    IndexedFile file{.id = FileId{static_cast<std::int64_t>(id)}};
    if (value % 2 != 0 && files_.size() - at > sizeof file.texts) {
      std::memcpy(&file.texts, &files_[at + 1], sizeof file.texts);
      at += sizeof file.texts;
    }
    files.push_back(file);
    value = 0;
    shift = 0;
  }
  return files;
}

}  // namespace freshet::store
