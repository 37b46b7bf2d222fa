#include "node/store/os_error.h"

#include <cerrno>
#include <system_error>

namespace freshet::store {

namespace {

std::string_view usual_advice(int error_number) {
  switch (error_number) {
    case ENOSPC:
      return "free some space and try again";
    case EDQUOT:
      return "free some of your quota and try again";
    case EFBIG:
      return "the file system or the file size limit (ulimit -f) does not allow such a size";
    case EACCES:
    case EPERM:
      return "check the permissions";
    case EROFS:
      return "the file system is mounted read-only; choose another folder";
    case EMFILE:
    case ENFILE:
      return "too many open files; raise the limit (ulimit -n)";
    default:
      return {};
  }
}

bool overrides_advice(int error_number) {
  return error_number == ENOSPC || error_number == EDQUOT || error_number == EFBIG
         || error_number == EROFS || error_number == EMFILE || error_number == ENFILE;
}

}  // namespace

Error os_error(std::string_view doing,
               std::string_view path,
               int error_number,
               std::string_view advice) {
  // Not strerror: it is not safe among threads.
  std::string message(doing);
  message.append(" ").append(path).append(": ");
  message += std::generic_category().message(error_number);
  const std::string_view usual = usual_advice(error_number);
  const std::string_view said = advice.empty() || overrides_advice(error_number) ? usual : advice;
  if (!said.empty()) message.append("; ").append(said);
  return Error{ErrorCode::io, std::move(message)};
}

}  // namespace freshet::store
