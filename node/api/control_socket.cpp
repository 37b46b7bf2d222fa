#include "node/api/control_socket.h"

#include <cerrno>
#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace freshet::api {
namespace {

constexpr const char* kSocketName = "control.sock";

}  // namespace

std::string control_socket_path(const std::string& state_dir) {
  return state_dir + "/" + kSocketName;
}

Result<ControlAddress> ControlAddress::in(const std::string& state_dir) {
  ControlAddress made;
  made.address_.sun_family = AF_UNIX;
  std::string path = control_socket_path(state_dir);
  if (path.size() >= sizeof made.address_.sun_path) {
    made.folder_ = ::open(state_dir.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (made.folder_ < 0) {
      const bool missing = errno == ENOENT || errno == ENOTDIR;
      return Error{missing ? ErrorCode::not_found : ErrorCode::io,
                   state_dir + ": " + std::generic_category().message(errno)};
    }
    path = "/proc/self/fd/" + std::to_string(made.folder_) + "/" + kSocketName;
  }
  std::memcpy(&made.address_.sun_path[0], path.c_str(), path.size() + 1);
  return made;
}

ControlAddress::ControlAddress(ControlAddress&& other) noexcept
    : address_(other.address_),
      folder_(other.folder_) {
  other.folder_ = -1;
}

ControlAddress::~ControlAddress() {
  if (folder_ >= 0) ::close(folder_);
}

const sockaddr* ControlAddress::data() const {
  return reinterpret_cast<const sockaddr*>(&address_);
}

}  // namespace freshet::api
