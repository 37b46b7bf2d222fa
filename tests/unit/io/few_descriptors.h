// A process that has used up its descriptors but for a few.
#pragma once

#include <cstddef>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>

#include "node/base/check.h"
#include "node/store/unique_fd.h"

namespace freshet::io {

/// While it lives, at most `left` more can be opened.
class FewDescriptors {
 public:
  explicit FewDescriptors(std::size_t left) {
    constexpr rlim_t kFew = 128;
    FRESHET_CHECK(::getrlimit(RLIMIT_NOFILE, &before_) == 0);
    const rlimit few{.rlim_cur = kFew, .rlim_max = before_.rlim_max};
    FRESHET_CHECK(::setrlimit(RLIMIT_NOFILE, &few) == 0);
    while (true) {
      store::UniqueFd fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
      if (!fd) break;
      open_.push_back(std::move(fd));
    }
    FRESHET_CHECK(open_.size() >= left);
    open_.resize(open_.size() - left);
  }
  ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  FewDescriptors(const FewDescriptors&) = delete;
  FewDescriptors& operator=(const FewDescriptors&) = delete;
  FewDescriptors(FewDescriptors&&) = delete;
  FewDescriptors& operator=(FewDescriptors&&) = delete;

 private:
  rlimit before_{};
  std::vector<store::UniqueFd> open_;
};

}  // namespace freshet::io
