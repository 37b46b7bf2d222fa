#include "node/store/pass_file.h"

#include <array>
#include <cstring>

#include <sys/socket.h>
#include <sys/uio.h>

namespace freshet::store {

namespace {

/// A message of one byte and one descriptor. Not to be moved: it points into itself.
struct Message {
  Byte tag;
  iovec bytes{.iov_base = &tag, .iov_len = 1};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> room{};
  msghdr head{};

  explicit Message(Byte with) : tag(with) {
    head.msg_iov = &bytes;
    head.msg_iovlen = 1;
    head.msg_control = room.data();
    head.msg_controllen = room.size();
  }
  Message(const Message&) = delete;
  Message& operator=(const Message&) = delete;
  Message(Message&&) = delete;
  Message& operator=(Message&&) = delete;
  ~Message() = default;
};

}  // namespace

bool pass_file(int socket, Byte tag, int file) {
  Message message(tag);
  cmsghdr* header = CMSG_FIRSTHDR(&message.head);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(header), &file, sizeof(int));
  return ::sendmsg(socket, &message.head, MSG_NOSIGNAL) == 1;
}

UniqueFd receive_file(int socket, Byte tag) {
  Message message(Byte{});
  if (::recvmsg(socket, &message.head, MSG_CMSG_CLOEXEC) != 1) return {};
  const cmsghdr* header = CMSG_FIRSTHDR(&message.head);
  if (message.tag != tag || header == nullptr || header->cmsg_type != SCM_RIGHTS) return {};
  int file = -1;
  std::memcpy(&file, CMSG_DATA(header), sizeof(int));
  return UniqueFd(file);
}

}  // namespace freshet::store
