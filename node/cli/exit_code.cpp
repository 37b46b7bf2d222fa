#include "node/cli/exit_code.h"

namespace freshet::cli {

int exit_code_of_get(ErrorCode code) {
  return code == ErrorCode::timed_out ? kExitPartial : exit_code_of(code);
}

int exit_code_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid:
    case ErrorCode::not_found:
      return kExitUsage;
    case ErrorCode::no_daemon:
      return kExitNoDaemon;
    case ErrorCode::wrong_key:
      return kExitWrongKey;
    case ErrorCode::no_source:
      return kExitNoSource;
    case ErrorCode::verification:
      return kExitVerification;
    case ErrorCode::io:
    case ErrorCode::timed_out:
      return kExitIo;
    case ErrorCode::canceled:
      return kExitInterrupted;
  }
  return kExitIo;
}

}  // namespace freshet::cli
