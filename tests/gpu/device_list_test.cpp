#include "gpu/device_list.hpp"

#include <gmock/gmock.h>

#include "base/error.hpp"

namespace scorefield::gpu {
namespace {

using ::testing::HasSubstr;

DeviceDescription device(int index, const std::string& name, VkPhysicalDeviceType type, const std::string& fault = {}) {
    return {index, name, type, "driver", VK_API_VERSION_1_3, fault};
}

DeviceList laptop() {
    return {{device(0, "llvmpipe", VK_PHYSICAL_DEVICE_TYPE_CPU),
             device(1, "Old Card", VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU, "it has Vulkan 1.1.0 and 1.3 is needed"),
             device(2, "Iris Xe", VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU),
             device(3, "GeForce A", VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU),
             device(4, "GeForce B", VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU)},
            -1,
            {}};
}

std::string refusal(const std::string& selector, int status) {
    DeviceList list = laptop();
    try {
        choose_device(list, selector);
    } catch (const base::Error& error) {
        EXPECT_EQ(error.exit_status(), status);
        return error.what();
    }
    ADD_FAILURE() << "'" << selector << "' was accepted";
    return {};
}

TEST(ChooseDevice, AutoTakesTheFirstBestUsableGpuAndSaysWhy) {
    DeviceList list = laptop();
    choose_device(list, "auto");
    EXPECT_EQ(list.chosen, 3);
    EXPECT_THAT(list.reason, HasSubstr("GeForce A (discrete GPU) comes before the other 3"));
    list.devices.resize(3);
    choose_device(list, "auto");
    EXPECT_EQ(list.chosen, 2);
    list.devices.resize(1);
    choose_device(list, "auto");
    EXPECT_EQ(list.reason, "llvmpipe is the only usable device");
}

TEST(ChooseDevice, IndexAndPartOfTheNameInAnyCase) {
    DeviceList list = laptop();
    choose_device(list, "0");
    EXPECT_EQ(list.chosen, 0);
    choose_device(list, "iris");
    EXPECT_EQ(list.chosen, 2);
    choose_device(list, "geforce b");
    EXPECT_EQ(list.chosen, 4);
}

TEST(ChooseDevice, RefusesWhatIsNotThereAndListsWhatIs) {
    for (const std::string selector : {"5", "-1", "radeon", "", "99999999999999999999"}) {
        EXPECT_THAT(refusal(selector, 2), HasSubstr("2 Iris Xe, 3 GeForce A"));
    }
    EXPECT_THAT(refusal("old", 1), HasSubstr("Vulkan 1.1.0"));
}

TEST(ChooseDevice, SaysWhenNothingIsUsable) {
    DeviceList list{{laptop().devices[1]}, -1, {}};
    EXPECT_THROW(choose_device(list, "auto"), base::Error);
}

}  // namespace
}  // namespace scorefield::gpu
