#pragma once

#include <string>
#include <vector>

#include "gpu/hazard_log.hpp"

namespace scorefield::gpu {

/// Walks a log and reports every pair of accesses to one resource that no barrier orders: read after write and write
/// after write need an execution dependency and the write made available and (for reads) visible with the right
/// stages and accesses; write after read an execution dependency; an image must be in the layout that its use names.
/// Knows nothing of how the recorder derives its barriers: it follows each pending access forward through the barriers
/// that are really there. Host reads order later device writes by themselves (the host submits those later).
/// A barrier on one resource is taken to order accesses to that resource only, a memory barrier all of them: the
/// careful reading, which the validation layer shares. One sentence per finding; empty: no hazard.
std::vector<std::string> check_hazards(const HazardLog& log);

}  // namespace scorefield::gpu
