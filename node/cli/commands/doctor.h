// `doctor`: which layer fails, from the disk to the neighbours, and what mends it.
#pragma once

#include "node/cli/cli11_fwd.h"

namespace freshet::cli {

class Session;

struct DoctorOptions {};

void declare_doctor(CLI::App& root);
/// 0: all is well. 7: this machine; 1: the network around it; 3: all is well, but no node runs.
int run(Session& session, const DoctorOptions& options);

}  // namespace freshet::cli
