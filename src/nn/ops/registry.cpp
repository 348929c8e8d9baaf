#include "nn/ops/registry.hpp"

#include "nn/operation_list.hpp"

namespace scorefield::nn {

#define SCOREFIELD_OPERATION(operation) extern const Operation operation;
SCOREFIELD_OPERATIONS
#undef SCOREFIELD_OPERATION

std::span<const Operation* const> operations() {
#define SCOREFIELD_OPERATION(operation) &(operation),
    static constexpr const Operation* kAll[] = {SCOREFIELD_OPERATIONS};
#undef SCOREFIELD_OPERATION
    return kAll;
}

}  // namespace scorefield::nn
