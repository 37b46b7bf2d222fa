#include "tests/support/small_disk.h"

#include <cstdio>
#include <utility>

#include <doctest/doctest.h>

#include "tests/support/namespaces.h"

namespace freshet::testing {

namespace fs = std::filesystem;

SmallDisk::SmallDisk(fs::path at, unsigned size_mib)
    : at_(std::move(at)),
      size_("size=" + std::to_string(size_mib) + "m") {
  static const bool kOwn = enter_namespaces(CLONE_NEWNS)
                           && ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
  mounted_ = kOwn && ::mount("tmpfs", at_.c_str(), "tmpfs", 0, size_.c_str()) == 0;
  if (!mounted_) MESSAGE("skipped: this machine lets the test mount nothing (run it as root)");
}

SmallDisk::~SmallDisk() {
  if (mounted_) ::umount2(at_.c_str(), MNT_DETACH);
}

void SmallDisk::set_read_only(bool yes) const {
  const auto flags = yes ? MS_REMOUNT | MS_RDONLY : MS_REMOUNT;
  REQUIRE(::mount("tmpfs", at_.c_str(), "tmpfs", flags, size_.c_str()) == 0);
}

void SmallDisk::fill() const {
  std::FILE* file = std::fopen((at_ / "ballast").c_str(), "w");
  REQUIRE(file != nullptr);
  std::setvbuf(file, nullptr, _IONBF, 0);
  const std::string block(4096, 'x');
  while (std::fwrite(block.data(), 1, block.size(), file) == block.size()) {
  }
  std::fclose(file);
}

void SmallDisk::make_room() const {
  fs::remove(at_ / "ballast");
}

}  // namespace freshet::testing
