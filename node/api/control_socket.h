// Where the control socket is, and how its address is written. Used by both ends.
#pragma once

#include <string>

#include <sys/socket.h>
#include <sys/un.h>

#include "node/base/result.h"

namespace freshet::api {

/// The socket's path in a state folder.
std::string control_socket_path(const std::string& state_dir);

/// A bound or connected address needs a path of at most 107 bytes. In a deeper folder the address
/// goes through an open descriptor of the folder (/proc/self/fd); this object holds it, and must
/// live until bind() or connect() has returned.
class ControlAddress {
 public:
  /// ErrorCode::not_found when the folder does not exist, io when it cannot be opened.
  static Result<ControlAddress> in(const std::string& state_dir);
  ControlAddress(ControlAddress&& other) noexcept;
  ControlAddress& operator=(ControlAddress&&) = delete;
  ControlAddress(const ControlAddress&) = delete;
  ControlAddress& operator=(const ControlAddress&) = delete;
  ~ControlAddress();

  [[nodiscard]] const sockaddr* data() const;
  [[nodiscard]] socklen_t size() const { return sizeof address_; }
  /// The path that the address holds.
  [[nodiscard]] const char* path() const { return &address_.sun_path[0]; }

 private:
  ControlAddress() = default;

  sockaddr_un address_{};
  int folder_ = -1;
};

}  // namespace freshet::api
