#include "node/store/metadata_worker.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "node/store/metadata_protocol.h"
#include "node/store/os_error.h"
#include "node/store/pass_file.h"

namespace freshet::store {
namespace {

Error broken(std::string what) {
  return {.code = ErrorCode::invalid, .message = std::move(what)};
}

Error canceled() {
  return {.code = ErrorCode::canceled, .message = "stopped"};
}

// Its end of the pair, and nothing to print to: what libraries say about files is bytes of
// strangers. Neither what the user's environment says: libraries may read files that it names.
int spawn(const std::vector<std::string>& command, int socket, pid_t& pid) {
  std::vector<char*> arguments;
  for (const std::string& argument : command)
    arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  std::string locale = "LC_ALL=C.UTF-8";
  std::array<char*, 2> environment{locale.data(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, socket, kMetadataWorkerFd);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  const int failed = posix_spawn(
      &pid, command.front().c_str(), &actions, nullptr, arguments.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  return failed;
}

}  // namespace

std::optional<wire::FileMetadata> parse_metadata_reply(ByteView datagram) {
  if (datagram.empty() || datagram.front() != kMetadataAnswer) return std::nullopt;
  return wire::decode_file_metadata(datagram.subspan(1));
}

MetadataWorker::MetadataWorker(std::vector<std::string> command, MetadataPatience patience)
    : command_(std::move(command)),
      patience_(patience) {}

MetadataWorker::~MetadataWorker() {
  end();
}

// Whatever ended a process that had waited for a while need not be this file's doing.
Result<wire::FileMetadata> MetadataWorker::read(int file, const std::stop_token& stop) {
  const bool fresh = pid_ < 0;
  auto answer = read_once(file, stop);
  if (answer || fresh || answer.error().code == ErrorCode::canceled) return answer;
  return read_once(file, stop);
}

Result<wire::FileMetadata> MetadataWorker::read_once(int file, const std::stop_token& stop) {
  const Status started = pid_ < 0 ? start() : kOk;
  auto answer = started ? ask(file, stop) : Result<wire::FileMetadata>(started.error());
  if (!answer) end();
  return answer;
}

Status MetadataWorker::start() {
  std::array<int, 2> pair{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data()) != 0)
    return os_error("cannot make a socket for", command_.front(), errno);
  socket_ = UniqueFd(pair[0]);
  const UniqueFd other(pair[1]);
  if (const int failed = spawn(command_, other.get(), pid_); failed != 0) {
    pid_ = -1;
    return os_error("cannot start", command_.front(), failed);
  }
  ++starts_;
  return kOk;
}

Result<wire::FileMetadata> MetadataWorker::ask(int file, const std::stop_token& stop) {
  // Sent at once, it may die before it has looked at it; so it says when it is ready.
  if (!ready_) {
    const auto hello = receive(patience_.start, stop);
    if (!hello && hello.error().code == ErrorCode::canceled) return hello.error();
    if (!hello || hello->size() != 1 || hello->front() != kMetadataReady) {
      return Error{.code = ErrorCode::io,
                   .message = "the process that reads metadata does not start"};
    }
    ready_ = true;
  }
  if (!pass_file(socket_.get(), kMetadataAsk, file)) return broken("the metadata worker is gone");
  const auto reply = receive(patience_.file, stop);
  if (!reply) return reply.error();
  auto metadata = parse_metadata_reply(*reply);
  if (!metadata) return broken("the metadata worker answered nonsense");
  return *std::move(metadata);
}

// Ending the socket wakes whoever waits for it.
Result<Bytes> MetadataWorker::receive(std::chrono::milliseconds patience,
                                      const std::stop_token& stop) {
  const std::stop_callback wake(stop, [fd = socket_.get()] { ::shutdown(fd, SHUT_RDWR); });
  pollfd waiting{.fd = socket_.get(), .events = POLLIN, .revents = 0};
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (true) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    const int count =
        ::poll(&waiting, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    if (stop.stop_requested()) return canceled();
    if (count > 0) break;
    if (count == 0)
      return Error{.code = ErrorCode::timed_out, .message = "the metadata worker took too long"};
    if (errno != EINTR) return os_error("cannot wait for", command_.front(), errno);
  }
  Bytes datagram(kMaxMetadataReplyBytes + 1);
  const ssize_t size = ::recv(socket_.get(), datagram.data(), datagram.size(), MSG_DONTWAIT);
  if (size <= 0) return broken("the metadata worker ended");
  datagram.resize(static_cast<std::size_t>(size));
  return datagram;
}

void MetadataWorker::end() {
  socket_.reset();
  ready_ = false;
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

}  // namespace freshet::store
