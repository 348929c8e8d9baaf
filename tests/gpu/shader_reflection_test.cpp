#include "gpu/shader_reflection.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

#include "shaders/gpu/affine.comp.hpp"
#include "shaders/gpu/hidden_read.comp.hpp"
#include "shaders/gpu/quads.frag.hpp"
#include "shaders/gpu/quads.vert.hpp"

namespace scorefield::gpu {
namespace {

struct Expected {
    BindingKind kind;
    bool reads;
    bool writes;
};

// What the comment at the top of hidden_read.comp says.
TEST(Reflection, TracesAccessesThroughFunctionsToTheBindings) {
    const ShaderInterface shader = reflect(shaders::gpu_hidden_read_comp);
    const Expected expected[] = {
        {BindingKind::storage_buffer, true, false},  {BindingKind::storage_buffer, false, true},
        {BindingKind::storage_buffer, true, true},   {BindingKind::storage_image, true, false},
        {BindingKind::storage_image, false, true},   {BindingKind::combined_sampler, true, false},
        {BindingKind::uniform_buffer, true, false},  {BindingKind::storage_buffer, false, false},
        {BindingKind::storage_buffer, false, false},
    };
    ASSERT_EQ(shader.bindings.size(), std::size(expected));
    for (std::uint32_t i = 0; i < std::size(expected); ++i) {
        EXPECT_EQ(shader.bindings[i].binding, i);
        EXPECT_EQ(shader.bindings[i].kind, expected[i].kind) << i;
        EXPECT_EQ(shader.bindings[i].reads, expected[i].reads) << i;
        EXPECT_EQ(shader.bindings[i].writes, expected[i].writes) << i;
    }
    EXPECT_EQ(shader.bindings[0].name, "A");
    EXPECT_EQ(shader.local_size, (std::array<std::uint32_t, 3>{8, 4, 1}));
}

// std430: mat2 at 0 (16 bytes), float[3] at 16 (12 bytes), uvec3 at 32 (12 bytes).
TEST(Reflection, MeasuresPushConstants) {
    EXPECT_EQ(reflect(shaders::gpu_hidden_read_comp).push_constant_bytes, 44U);
    EXPECT_EQ(reflect(shaders::gpu_affine_comp).push_constant_bytes, 8U);
    EXPECT_EQ(reflect(shaders::gpu_quads_frag).push_constant_bytes, 4U);
    EXPECT_EQ(reflect(shaders::gpu_quads_vert).push_constant_bytes, 0U);
}

TEST(Reflection, FindsSpecializationConstantsAndTheWorkgroupTheyDecide) {
    const ShaderInterface shader = reflect(shaders::gpu_affine_comp);
    ASSERT_EQ(shader.specialization.size(), 2U);
    EXPECT_EQ(shader.specialization[0].id, 0U);
    EXPECT_EQ(shader.specialization[0].value, 64U);
    EXPECT_EQ(shader.local_size_ids[0], 0U);
    EXPECT_FALSE(shader.local_size_ids[1]);
    const std::uint32_t values[] = {32};
    EXPECT_EQ(shader.specialized_local_size({}), (std::array<std::uint32_t, 3>{64, 1, 1}));
    EXPECT_EQ(shader.specialized_local_size(values), (std::array<std::uint32_t, 3>{32, 1, 1}));
    EXPECT_TRUE(shader.bindings[0].reads);
    EXPECT_FALSE(shader.bindings[1].reads);
    EXPECT_TRUE(shader.bindings[1].writes);
}

TEST(Reflection, RefusesWhatIsNoModule) {
    const std::uint32_t noise[] = {1, 2, 3, 4, 5, 6};
    EXPECT_THROW(reflect(noise), std::logic_error);
    EXPECT_THROW(reflect({}), std::logic_error);
    const std::span<const std::uint32_t> whole(shaders::gpu_affine_comp);
    EXPECT_THROW(reflect(whole.first(whole.size() - 1)), std::logic_error);
}

}  // namespace
}  // namespace scorefield::gpu
