using System.Runtime.CompilerServices;
using Ddpm.Core;

// Types that need no tensor library live in Ddpm.Schedules under the same names; their members are listed there.
#pragma warning disable RS0016
[assembly: TypeForwardedTo(typeof(ConstantSchedule))]
[assembly: TypeForwardedTo(typeof(CosineSchedule))]
[assembly: TypeForwardedTo(typeof(CounterBasedRandom))]
[assembly: TypeForwardedTo(typeof(DiffusionCoefficients))]
[assembly: TypeForwardedTo(typeof(HarmonicSchedule))]
[assembly: TypeForwardedTo(typeof(ITimestepSampler))]
[assembly: TypeForwardedTo(typeof(IVarianceSchedule))]
[assembly: TypeForwardedTo(typeof(InitialLogVariance))]
[assembly: TypeForwardedTo(typeof(LaplaceSchedule))]
[assembly: TypeForwardedTo(typeof(LinearSchedule))]
[assembly: TypeForwardedTo(typeof(LossSecondMomentTimesteps))]
[assembly: TypeForwardedTo(typeof(NonFiniteException))]
[assembly: TypeForwardedTo(typeof(QuadraticSchedule))]
[assembly: TypeForwardedTo(typeof(RespacedSchedule))]
[assembly: TypeForwardedTo(typeof(SigmoidSchedule))]
[assembly: TypeForwardedTo(typeof(StratifiedTimesteps))]
[assembly: TypeForwardedTo(typeof(TablePrecision))]
[assembly: TypeForwardedTo(typeof(TabulatedSchedule))]
[assembly: TypeForwardedTo(typeof(TimestepDraw))]
[assembly: TypeForwardedTo(typeof(TimestepSpacing))]
[assembly: TypeForwardedTo(typeof(UniformTimesteps))]
[assembly: TypeForwardedTo(typeof(WarmupSchedule))]
[assembly: TypeForwardedTo(typeof(ZeroTerminalSnrSchedule))]
