// A disk on which there is little room: a tmpfs in a mount namespace of the test's own.
#pragma once

#include <filesystem>
#include <string>

namespace freshet::testing {

/// Gone with the object. Says so where the machine lets the test mount nothing; the caller then
/// skips.
class SmallDisk {
 public:
  SmallDisk(std::filesystem::path at, unsigned size_mib);
  ~SmallDisk();
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  SmallDisk(SmallDisk&&) = delete;
  SmallDisk& operator=(SmallDisk&&) = delete;

  [[nodiscard]] bool is_mounted() const { return mounted_; }
  void set_read_only(bool yes) const;
  void fill() const;
  /// After fill().
  void make_room() const;

 private:
  std::filesystem::path at_;
  std::string size_;
  bool mounted_ = false;
};

}  // namespace freshet::testing
