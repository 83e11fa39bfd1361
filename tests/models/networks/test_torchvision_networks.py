"""Against torchvision's own networks with the same weights."""

import pytest
import torch
import torchvision
from torch.nn import functional

from gazekit.models.networks import load_backbone
from gazekit.models.networks.geometry import measured_reach
from gazekit.models.networks.torchvision_networks import published_by_torchvision
from gazekit.models.networks.weights import random_state

FAMILIES = ["vgg16", "squeezenet", "alexnet", "resnet18", "resnet50"]
MEAN, DEVIATION = (torch.tensor(v).reshape(1, 3, 1, 1) for v in ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]))


@pytest.fixture(scope="module", params=FAMILIES)
def pair(request):
    """Our backbone, and torchvision's features with the same random weights, and a picture."""
    ours = load_backbone(request.param, "random", seed=2)
    make = (
        torchvision.models.squeezenet1_0
        if request.param == "squeezenet"
        else getattr(torchvision.models, request.param)
    )
    with torch.device("meta"):
        theirs = make(weights=None)
    for head in ("classifier", "fc"):
        if hasattr(theirs, head):
            setattr(theirs, head, torch.nn.Identity())
    theirs.load_state_dict(random_state(theirs, request.param, 2), assign=True)
    return ours, theirs.eval(), torch.rand(1, 3, 161, 161, generator=torch.Generator().manual_seed(1))


def close(ours, theirs):
    torch.testing.assert_close(ours / theirs.abs().max(), theirs / theirs.abs().max(), atol=1e-5, rtol=0)


@torch.inference_mode()
def test_outputs_equal_torchvisions(pair):
    backbone, network, image = pair
    ours, x = backbone(image * 255), (image - MEAN) / DEVIATION
    if backbone.name == "vgg16":
        x = x[..., :160, :160]  # where no pool is cut off, torchvision's pools are 'same' ones
        ours = backbone(image[..., :160, :160] * 255)
        stages = [network.features[a:b](x) for a, b in ((0, 4), (0, 9), (0, 16), (0, 23), (0, 30))]
    elif backbone.name == "squeezenet":
        # Torchvision's convolution without padding, and pools that keep the last window, on a padded picture.
        features = network.features
        x = features[1](features[0](functional.pad(x, [3] * 4)))
        stages = [x]
        for first, last in ((3, 6), (7, 11), (12, 13)):
            x = functional.max_pool2d(functional.pad(x, [1] * 4, value=-torch.inf), 3, 2)
            x = features[first:last](x)
            stages.append(x)
    elif backbone.name == "alexnet":
        features = network.features
        x = features[1](functional.conv2d(x, features[0].weight, features[0].bias, stride=4, padding=5))
        stages = [x]
        for first, last in ((3, 5), (6, 12)):
            x = functional.max_pool2d(functional.pad(x, [1] * 4, value=-torch.inf), 3, 2)
            x = features[first:last](x)
            stages.append(x)
    else:
        # 161 px become 81 cells: on odd sides torchvision's padding is 'same'.
        x = network.relu(network.bn1(network.conv1(x)))
        stages = [x]
        x = network.maxpool(x)
        for number in (1, 2, 3):
            x = getattr(network, f"layer{number}")(x)
            stages.append(x)
    assert len(stages) == len(ours)
    for output, expected in zip(ours.values(), stages, strict=True):
        close(output, expected)


@torch.inference_mode()
def test_squeezenet_as_trained_is_ours_moved_by_its_padding():
    """Without any emulation: away from the border, conv1 differs by the place of its cells only."""
    backbone = load_backbone("squeezenet", "random")
    conv = backbone.stages[0].layers[0]
    x = torch.rand(1, 3, 41, 41)
    as_trained = functional.conv2d(x, conv.weight, conv.bias, stride=2)
    ours = functional.conv2d(x[..., 1:, 1:], conv.weight, conv.bias, stride=2, padding=3)
    # Our cell i on the picture without its first px starts at px 2 i - 3 of that, 2 (i - 1) of the whole picture.
    torch.testing.assert_close(ours[..., 2:18, 2:18], as_trained[..., 1:17, 1:17])


def test_declared_reach_is_the_measured_one(pair):
    channels, before = 3, 1
    for stage in pair[0].stages:
        pooled = stage.pool.stride if stage.pool else 1
        stride = stage.stride // (before * pooled)
        if stage.stride <= 8:  # wider layers repeat the pattern and are slow to measure
            assert measured_reach(stage.layers, channels=channels, stride=stride) == stage.reach, stage.name
        channels, before = stage.channels, stage.stride


def test_published_scaling():
    features, trained = (load_backbone("vgg16", "random"), load_backbone("resnet18", "random"))
    assert trained.mean.flatten().tolist() == pytest.approx([123.675, 116.28, 103.53])
    assert trained.deviation.flatten().tolist() == pytest.approx([58.395, 57.12, 57.375])
    assert features.mean.tolist() == trained.mean.tolist()
    entry = torchvision.models.VGG16_Weights.IMAGENET1K_FEATURES
    scaling = published_by_torchvision(entry, "vgg16", "imagenet-features").preprocessing
    assert [255 * v for v in scaling.mean] == pytest.approx([123, 117, 104], abs=1e-2)
    assert [255 * v for v in scaling.deviation] == pytest.approx([1, 1, 1])
