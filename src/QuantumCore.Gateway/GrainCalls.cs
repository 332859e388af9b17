using Microsoft.Extensions.Logging;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway;

/// <summary>What a call to a grain came to.</summary>
/// <param name="Failure">None, or why there is no answer.</param>
/// <param name="Value">The answer.</param>
/// <param name="IsFirst">Whether it was asked for once: what is known then was so before. After a failed call it may be that call's.</param>
public readonly record struct GrainAnswer<T>(RejectReason Failure, T Value, bool IsFirst = false);

/// <summary>The one place where a failed call becomes an answer.</summary>
internal sealed class GrainCalls(ILogger log)
{
    /// <summary>
    /// Asks a grain, and once more when the call failed: all calls are idempotent by their keys. A time-out is not repeated:
    /// its time is spent.
    /// </summary>
    public async ValueTask<GrainAnswer<T>> Ask<T>(string call, long account, Func<ValueTask<T>> ask)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return new GrainAnswer<T>(RejectReason.None, await ask(), attempt == 1);
            }
            catch (LimitExceededException full)
            {
                Log.Overloaded(log, call, account, full);
                var reason = attempt == 1 ? RejectReason.Overloaded : RejectReason.OutcomeUnknown;
                return new GrainAnswer<T>(reason, default!);
            }
            catch (Exception error)
            {
                Log.CallFailed(log, call, account, attempt, error);
                if (attempt > 1 || error is TimeoutException)
                    return new GrainAnswer<T>(RejectReason.OutcomeUnknown, default!);
            }
        }
    }
}
