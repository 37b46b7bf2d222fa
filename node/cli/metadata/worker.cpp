#include "node/cli/metadata/worker.h"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <limits>
#include <string>

#include <dlfcn.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "node/cli/exit_code.h"
#include "node/cli/metadata/module.h"
#include "node/store/metadata_protocol.h"
#include "node/store/pass_file.h"
#include "node/store/unique_fd.h"
#include "node/wire/overlay/file_metadata.h"

namespace freshet::cli {
namespace {

using store::kMetadataWorkerFd;

struct Module {
  ConfineMetadata confine = nullptr;
  ReadMetadata read = nullptr;
};

Module load_module() {
  std::error_code failed;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", failed);
  const std::string file = (program.parent_path() / kMetadataModule).string();
  void* const module = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (module == nullptr) return {};
  return {.confine = reinterpret_cast<ConfineMetadata>(dlsym(module, "freshet_metadata_confine")),
          .read = reinterpret_cast<ReadMetadata>(dlsym(module, "freshet_metadata_read"))};
}

bool send(ByteView datagram) {
  return ::send(kMetadataWorkerFd, datagram.data(), datagram.size(), MSG_NOSIGNAL)
         == static_cast<ssize_t>(datagram.size());
}

std::uint32_t small(std::uint64_t number) {
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(number, std::numeric_limits<std::uint32_t>::max()));
}

wire::FileMetadata cleaned(const RawMetadata& raw) {
  const auto text = [](const char* from) {
    return wire::metadata_text({from, ::strnlen(from, RawMetadata::kTextBytes)});
  };
  return {.artist = text(raw.artist),
          .title = text(raw.title),
          .album = text(raw.album),
          .duration_ms = small(raw.duration_ms),
          .width = small(raw.width),
          .height = small(raw.height)};
}

}  // namespace

int run_metadata_worker() {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  close_range(kMetadataWorkerFd + 1, ~0U, 0);
  const Module module = load_module();
  if (module.read == nullptr || module.confine == nullptr || module.confine() != 0) return kExitIo;
  if (!send({&store::kMetadataReady, 1})) return kExitIo;
  while (const store::UniqueFd file = store::receive_file(kMetadataWorkerFd, store::kMetadataAsk)) {
    RawMetadata raw{};
    module.read(file.get(), &raw);
    Bytes answer{store::kMetadataAnswer};
    const Bytes body = wire::encode(cleaned(raw));
    answer.insert(answer.end(), body.begin(), body.end());
    if (!send(answer)) break;
  }
  return kExitOk;
}

}  // namespace freshet::cli
