// Which boot of the machine this is.
#pragma once

#include "node/base/result.h"
#include "node/store/resume_data.h"

namespace freshet::store {

/// From /proc/sys/kernel/random/boot_id. Where that cannot be read: zero, which is_same_boot()
/// never trusts.
BootId current_boot();
inline bool is_same_boot(const BootId& written, const BootId& now) {
  return written == now && !now.is_zero();
}

}  // namespace freshet::store
