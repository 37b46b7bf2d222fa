// Everything that crosses the switches of a test's LAN, as a tap on each of their ports sees it.
#pragma once

#include "node/base/bytes.h"

namespace freshet::testing {

class Capture {
 public:
  /// In the network namespace of the caller, from now on. Throws std::runtime_error without the
  /// right to it.
  Capture();
  ~Capture();
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;
  Capture(Capture&&) = delete;
  Capture& operator=(Capture&&) = delete;

  /// What was heard so far, frame behind frame.
  [[nodiscard]] const Bytes& heard();

 private:
  int fd_ = -1;
  Bytes heard_;
};

}  // namespace freshet::testing
