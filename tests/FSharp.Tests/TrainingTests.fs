/// What an F# program does with the packages: build a network, train, sample, save, load.
module Ddpm.FSharp.Tests.TrainingTests

open System
open System.IO
open Ddpm.Core
open Ddpm.Data
open Ddpm.Models
open Ddpm.Training
open TorchSharp
open Xunit

let private withFolder (work: string -> unit) =
    TorchRuntime.EnsureLoaded() // before the first tensor, on systems with an old libstdc++
    let folder = Directory.CreateTempSubdirectory "ddpm-fsharp-"
    try work folder.FullName finally folder.Delete true

[<Fact>]
let ``Images are trained, sampled by name, saved and loaded`` () =
    withFolder (fun folder ->
        use pixels = torch.randint (256L, [| 16L; 1L; 8L; 8L |], torch.uint8)
        use labels = torch.arange(16L, torch.int64).remainder (torch.tensor 2L)
        use images = new ImageDataset(pixels, labels, classNames = ClassNames [ "cat"; "dog" ])
        let options = UNetOptions.For(height = 8, width = 8, channels = 1, baseChannels = 8, classNames = images.ClassNames)
        use network = new UNet(options, seed = 1L)
        let processOfTen = ReverseDiffusion(LinearSchedule(10, 1e-3, 0.5))
        use trainer = Trainer.Create(network, processOfTen)
        Assert.True(trainer.Run(new ShuffledBatches(images, batchSize = 4, seed = 1L), totalSteps = 2L))
        network.eval ()
        ModelFolder.Save(folder, network, processOfTen)

        use model = ModelFolder.Load folder
        use samples = DdimSampler(model.Network, model.Process.Respace 5).Sample(model.Request([ "dog"; "cat"; "dog" ], seed = 2L))
        Assert.Equal<int64 list>([ 3L; 1L; 8L; 8L ], List.ofArray samples.shape)
        use variation = DdpmSampler(model.Network, model.Process).Reconstruct(samples, strength = 0.5, noise = PerSampleNoise 3L)
        Assert.Equal<int64[]>(samples.shape, variation.shape))

[<Fact>]
let ``Vectors are trained, sampled, saved and loaded`` () =
    withFolder (fun folder ->
        use rows = InMemoryDataset.From [ for k in 0..7 -> [| float32 k / 8.0f; 1.0f |] ]
        use network = new Mlp(MlpOptions(Dimensions = 2, Width = 8, Blocks = 1), seed = 1L)
        let processOfTen = ReverseDiffusion(LinearSchedule(10, 1e-3, 0.5), ReverseDiffusionOptions(Clipping = X0Clipping.None))
        use trainer = Trainer.Create(network, processOfTen, TrainingOptions(LearningRate = 1e-3))
        Assert.True(trainer.Run(new ShuffledBatches(rows, batchSize = 4, seed = 1L), totalSteps = 2L))
        ModelFolder.Save(folder, network, processOfTen)
        use model = ModelFolder.LoadMlp folder
        use samples = DdimSampler(model.Network, model.Process).Sample(model.Request(count = 4, seed = 1L))
        Assert.Equal<int64 list>([ 4L; 2L ], List.ofArray samples.shape))
