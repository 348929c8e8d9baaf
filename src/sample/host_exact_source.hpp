#pragma once

#include <memory>

#include "base/instruction_sets.hpp"
#include "diffusion/prediction.hpp"
#include "diffusion/target.hpp"
#include "sample/host_source.hpp"

namespace scorefield::sample {

/// An exact target as a score source on the host, as make_exact_source makes one on the GPU: of any dimension, its
/// memory does not grow with particles × components. `make_tables` throws base::Error (request) as that one says.
/// std::logic_error for other kinds of targets.
std::unique_ptr<HostSource> make_host_exact_source(const diffusion::Target& target,
                                                   const diffusion::Parametrisation& parametrisation,
                                                   base::InstructionSet set = base::runnable_instruction_sets().back());

}  // namespace scorefield::sample
