#include "nn/ops/gpu_operation.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace scorefield::nn {

#define SCOREFIELD_OPERATION(operation) extern const Operation operation;
SCOREFIELD_OPERATIONS
#undef SCOREFIELD_OPERATION

namespace {

struct Entry {
    const Operation* operation;
    const GpuOperation* gpu;
};

#define SCOREFIELD_OPERATION(operation) {&(operation), &operation##Gpu},
constexpr Entry kAll[] = {SCOREFIELD_OPERATIONS};
#undef SCOREFIELD_OPERATION

}  // namespace

const GpuOperation& gpu_operation(const Operation& operation) {
    const Entry* const found = std::ranges::find(kAll, &operation, &Entry::operation);
    if (found == std::end(kAll)) throw std::logic_error(std::string(operation.name) + " has no GPU kernel");
    return *found->gpu;
}

bool is_view(const Node& node) {
    return !node.is_leaf() && gpu_operation(*node.operation).view != nullptr;
}

}  // namespace scorefield::nn
