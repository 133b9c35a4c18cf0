/** Processor time that this process takes for something, milliseconds: on a machine that others load the hours go by faster. */
export const processorMs = async (act: () => unknown): Promise<number> => {
  const before = process.cpuUsage()
  await act()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}
