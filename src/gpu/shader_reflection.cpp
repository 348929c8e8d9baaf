#include "gpu/shader_reflection.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <set>
#include <spirv/unified1/spirv.hpp>
#include <stdexcept>

namespace scorefield::gpu {
namespace {

using Id = std::uint32_t;

/// One instruction: operands after the word with opcode and length.
struct Instruction {
    spv::Op op = spv::OpNop;
    std::span<const std::uint32_t> words;
};

struct Type {
    spv::Op op = spv::OpTypeVoid;
    std::span<const std::uint32_t> words;
};

struct Variable {
    Id type = 0;  ///< pointer type
    spv::StorageClass storage = spv::StorageClassMax;
};

/// What a function does directly: accesses of ids that stand for memory, and calls.
struct Access {
    Id id = 0;
    bool reads = false;
    bool writes = false;
};

struct Function {
    std::vector<Id> parameters;
    std::vector<Access> accesses;
    std::vector<std::pair<Id, std::vector<Id>>> calls;  ///< function, arguments
};

std::string text_at(std::span<const std::uint32_t> words) {
    const char* begin = reinterpret_cast<const char*>(words.data());
    return {begin, ::strnlen(begin, words.size_bytes())};
}

class Module {
  public:
    explicit Module(std::span<const std::uint32_t> spirv) {
        if (spirv.size() < 5 || spirv[0] != spv::MagicNumber) throw std::logic_error("not a SPIR-V module");
        for (std::size_t at = 5; at < spirv.size();) {
            const std::size_t length = spirv[at] >> 16;
            if (length == 0 || at + length > spirv.size()) throw std::logic_error("a SPIR-V module is cut off");
            take({static_cast<spv::Op>(spirv[at] & 0xffffU), spirv.subspan(at + 1, length - 1)});
            at += length;
        }
        if (in_function_ || !functions_.contains(entry_)) throw std::logic_error("a SPIR-V module is cut off");
    }

    ShaderInterface interface() const {
        ShaderInterface result;
        for (const auto& [id, variable] : variables_) {
            const Id pointee = types_.at(variable.type).words[2];
            if (variable.storage == spv::StorageClassPushConstant) {
                result.push_constant_bytes = size_of(pointee);
            } else if (has(id, spv::DecorationBinding)) {
                result.bindings.push_back(binding_of(id, variable, pointee));
            }
        }
        std::sort(result.bindings.begin(), result.bindings.end(),
                  [](const auto& a, const auto& b) { return a.binding < b.binding; });
        for (const auto& [id, value] : spec_constants_)
            result.specialization.push_back({decoration(id, spv::DecorationSpecId), value});
        std::sort(result.specialization.begin(), result.specialization.end(),
                  [](const auto& a, const auto& b) { return a.id < b.id; });
        // glslc repeats the constant that decides the workgroup's size.
        const auto repeated = std::unique(result.specialization.begin(), result.specialization.end(),
                                          [](const auto& a, const auto& b) { return a.id == b.id; });
        result.specialization.erase(repeated, result.specialization.end());
        read_local_size(result);
        return result;
    }

  private:
    void take(const Instruction& in) {
        const auto word = [&](std::size_t i) { return in.words[i]; };
        switch (in.op) {
            case spv::OpEntryPoint:
                entry_ = word(1);
                break;
            case spv::OpName:
                names_[word(0)] = text_at(in.words.subspan(1));
                break;
            case spv::OpDecorate:
                decorations_[{word(0), word(1)}] = in.words.size() > 2 ? word(2) : 0;
                break;
            case spv::OpMemberDecorate:
                if (word(2) == spv::DecorationOffset) member_offsets_[word(0)][word(1)] = word(3);
                if (word(2) == spv::DecorationMatrixStride) matrix_strides_[{word(0), word(1)}] = word(3);
                break;
            case spv::OpExecutionMode:
                if (word(1) == spv::ExecutionModeLocalSize) local_size_ = {word(2), word(3), word(4)};
                break;
            case spv::OpExecutionModeId:
                if (word(1) == spv::ExecutionModeLocalSizeId) local_size_ids_ = {word(2), word(3), word(4)};
                break;
            case spv::OpTypeInt:
            case spv::OpTypeFloat:
            case spv::OpTypeVector:
            case spv::OpTypeMatrix:
            case spv::OpTypeImage:
            case spv::OpTypeSampler:
            case spv::OpTypeSampledImage:
            case spv::OpTypeArray:
            case spv::OpTypeRuntimeArray:
            case spv::OpTypeStruct:
            case spv::OpTypePointer:
            case spv::OpTypeBool:
                types_[word(0)] = {in.op, in.words};
                break;
            case spv::OpConstant:
                constants_[word(1)] = word(2);
                break;
            case spv::OpSpecConstant:
                constants_[word(1)] = word(2);
                spec_constants_[word(1)] = word(2);
                break;
            case spv::OpSpecConstantTrue:
            case spv::OpSpecConstantFalse:
                spec_constants_[word(1)] = in.op == spv::OpSpecConstantTrue ? 1 : 0;
                break;
            case spv::OpConstantComposite:
            case spv::OpSpecConstantComposite:
                composites_[word(1)] = in.words.subspan(2);
                break;
            case spv::OpVariable:
                if (word(2) != spv::StorageClassFunction) {
                    variables_[word(1)] = {word(0), static_cast<spv::StorageClass>(word(2))};
                }
                break;
            case spv::OpFunction:
                function_ = word(1);
                functions_[function_] = {};
                in_function_ = true;
                break;
            case spv::OpFunctionEnd:
                in_function_ = false;
                break;
            case spv::OpFunctionParameter:
                functions_[function_].parameters.push_back(word(1));
                break;
            case spv::OpFunctionCall:
                functions_[function_].calls.emplace_back(word(2),
                                                         std::vector<Id>(in.words.begin() + 3, in.words.end()));
                break;
            default:
                take_memory_instruction(in);
        }
    }

    void take_memory_instruction(const Instruction& in) {
        const auto word = [&](std::size_t i) { return in.words[i]; };
        const auto accesses = [&](Id id, bool reads, bool writes) {
            functions_[function_].accesses.push_back({id, reads, writes});
        };
        switch (in.op) {
            case spv::OpLoad:
                // Loading an image or sampler is no access to its texels yet: the result stands for the variable.
                if (is_opaque(word(0))) {
                    sources_[word(1)] = word(2);
                } else {
                    accesses(word(2), true, false);
                }
                break;
            case spv::OpStore:
            case spv::OpAtomicStore:
            case spv::OpImageWrite:
                accesses(word(0), false, true);
                break;
            case spv::OpCopyMemory:
            case spv::OpCopyMemorySized:
                accesses(word(0), false, true);
                accesses(word(1), true, false);
                break;
            case spv::OpAccessChain:
            case spv::OpInBoundsAccessChain:
            case spv::OpPtrAccessChain:
            case spv::OpInBoundsPtrAccessChain:
            case spv::OpCopyObject:
            case spv::OpImage:
            case spv::OpSampledImage:
            case spv::OpImageTexelPointer:
                sources_[word(1)] = word(2);
                break;
            case spv::OpAtomicLoad:
            case spv::OpImageRead:
            case spv::OpImageFetch:
            case spv::OpImageGather:
            case spv::OpImageDrefGather:
                accesses(word(2), true, false);
                break;
            default:
                if (in.op >= spv::OpImageSampleImplicitLod && in.op <= spv::OpImageSampleProjDrefExplicitLod) {
                    accesses(word(2), true, false);
                } else if ((in.op >= spv::OpAtomicExchange && in.op <= spv::OpAtomicXor) ||
                           in.op == spv::OpAtomicFAddEXT || in.op == spv::OpAtomicFMinEXT ||
                           in.op == spv::OpAtomicFMaxEXT) {
                    accesses(word(2), true, true);
                }
        }
    }

    bool is_opaque(Id type) const {
        const auto found = types_.find(type);
        if (found == types_.end()) return false;
        const spv::Op op = found->second.op;
        return op == spv::OpTypeImage || op == spv::OpTypeSampler || op == spv::OpTypeSampledImage ||
               op == spv::OpTypePointer;
    }

    bool has(Id id, spv::Decoration what) const { return decorations_.contains({id, what}); }
    std::uint32_t decoration(Id id, spv::Decoration what) const { return decorations_.at({id, what}); }

    std::string name_of(Id id, Id type) const {
        const auto own = names_.find(id);
        if (own != names_.end() && !own->second.empty()) return own->second;
        const auto block = names_.find(type);
        return block != names_.end() ? block->second : std::string();
    }

    ShaderBinding binding_of(Id id, const Variable& variable, Id pointee) const {
        ShaderBinding binding;
        binding.binding = decoration(id, spv::DecorationBinding);
        binding.name = name_of(id, pointee);
        const std::string place = "shader binding " + std::to_string(binding.binding) + " '" + binding.name + "'";
        if (has(id, spv::DecorationDescriptorSet) && decoration(id, spv::DecorationDescriptorSet) != 0) {
            throw std::logic_error(place + ": only descriptor set 0 is used");
        }
        const Type& type = types_.at(pointee);
        if (variable.storage == spv::StorageClassStorageBuffer && type.op == spv::OpTypeStruct) {
            binding.kind = BindingKind::storage_buffer;
        } else if (variable.storage == spv::StorageClassUniform && type.op == spv::OpTypeStruct) {
            binding.kind = BindingKind::uniform_buffer;
        } else if (type.op == spv::OpTypeSampledImage) {
            binding.kind = BindingKind::combined_sampler;
        } else if (type.op == spv::OpTypeImage && type.words[6] == 2) {
            binding.kind = BindingKind::storage_image;
        } else {
            throw std::logic_error(place + ": neither storage buffer, uniform buffer, storage image nor sampler2D");
        }
        std::set<std::pair<Id, Id>> seen;
        trace(entry_, std::set<Id>{id}, seen, binding);
        return binding;
    }

    /// Follows function `id`, in which `roots` stand for the variable's memory, and the functions that it calls.
    void trace(Id id, const std::set<Id>& roots, std::set<std::pair<Id, Id>>& seen, ShaderBinding& binding) const {
        const Function& function = functions_.at(id);
        for (const Access& access : function.accesses) {
            if (!stands_for(access.id, roots)) continue;
            binding.reads = binding.reads || access.reads;
            binding.writes = binding.writes || access.writes;
        }
        for (const auto& [callee, arguments] : function.calls) {
            const std::vector<Id>& parameters = functions_.at(callee).parameters;
            std::set<Id> passed = roots;
            Id mask = 0;
            for (std::size_t i = 0; i < arguments.size(); ++i) {
                if (!stands_for(arguments[i], roots)) continue;
                passed.insert(parameters[i]);
                mask |= Id{1} << (i % 32);
            }
            if (seen.insert({callee, mask}).second) trace(callee, passed, seen, binding);
        }
    }

    bool stands_for(Id id, const std::set<Id>& roots) const {
        if (roots.contains(id)) return true;
        const auto found = sources_.find(id);
        return found != sources_.end() && stands_for(found->second, roots);
    }

    std::uint32_t size_of(Id id) const {
        const Type& type = types_.at(id);
        switch (type.op) {
            case spv::OpTypeInt:
            case spv::OpTypeFloat:
                return type.words[1] / 8;
            case spv::OpTypeVector:
                return type.words[2] * size_of(type.words[1]);
            case spv::OpTypeArray:
                return constants_.at(type.words[2]) * decoration(id, spv::DecorationArrayStride);
            case spv::OpTypeStruct:
                return struct_size(id, type);
            default:
                throw std::logic_error("push constants hold a type that is not supported");
        }
    }

    std::uint32_t struct_size(Id id, const Type& type) const {
        std::uint32_t end = 0;
        for (std::uint32_t member = 0; member + 1 < type.words.size(); ++member) {
            const Id member_type = type.words[member + 1];
            const auto stride = matrix_strides_.find({id, member});
            const bool matrix = types_.at(member_type).op == spv::OpTypeMatrix && stride != matrix_strides_.end();
            const std::uint32_t bytes =
                matrix ? types_.at(member_type).words[2] * stride->second : size_of(member_type);
            end = std::max(end, member_offsets_.at(id).at(member) + bytes);
        }
        return end;
    }

    void read_local_size(ShaderInterface& result) const {
        result.local_size = local_size_;
        std::array<Id, 3> ids = local_size_ids_;
        for (const auto& [key, value] : decorations_) {
            const bool size = key.second == spv::DecorationBuiltIn && value == spv::BuiltInWorkgroupSize;
            if (size && composites_.contains(key.first)) std::copy_n(composites_.at(key.first).begin(), 3, ids.begin());
        }
        for (std::size_t axis = 0; axis < 3; ++axis) {
            if (ids[axis] == 0) continue;
            result.local_size[axis] = constants_.at(ids[axis]);
            if (spec_constants_.contains(ids[axis]))
                result.local_size_ids[axis] = decoration(ids[axis], spv::DecorationSpecId);
        }
    }

    Id entry_ = 0;
    Id function_ = 0;
    bool in_function_ = false;
    std::array<std::uint32_t, 3> local_size_ = {1, 1, 1};
    std::array<Id, 3> local_size_ids_ = {};
    std::map<Id, std::string> names_;
    std::map<std::pair<Id, std::uint32_t>, std::uint32_t> decorations_;
    std::map<Id, std::map<std::uint32_t, std::uint32_t>> member_offsets_;
    std::map<std::pair<Id, std::uint32_t>, std::uint32_t> matrix_strides_;
    std::map<Id, Type> types_;
    std::map<Id, std::uint32_t> constants_;
    std::map<Id, std::uint32_t> spec_constants_;  ///< result id → default
    std::map<Id, std::span<const std::uint32_t>> composites_;
    std::map<Id, Variable> variables_;
    std::map<Id, Function> functions_;
    std::map<Id, Id> sources_;  ///< result id → what it points into
};

}  // namespace

std::array<std::uint32_t, 3> ShaderInterface::specialized_local_size(std::span<const std::uint32_t> values) const {
    std::array<std::uint32_t, 3> size = local_size;
    for (std::size_t axis = 0; axis < 3; ++axis) {
        if (local_size_ids[axis] && *local_size_ids[axis] < values.size()) size[axis] = values[*local_size_ids[axis]];
    }
    return size;
}

ShaderInterface reflect(std::span<const std::uint32_t> spirv) {
    return Module(spirv).interface();
}

}  // namespace scorefield::gpu
