/** What counts as this machine: its loopback addresses and the names that mean them. */

export function isLoopbackHost(host: string | undefined): boolean {
  const name = (host ?? '').replace(/:\d+$/, '').toLowerCase();
  return name === 'localhost' || name === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(name);
}

export function isLoopbackAddress(address: string | undefined): boolean {
  const plain = (address ?? '').replace(/^::ffff:/, '');
  return plain === '::1' || /^127\./.test(plain);
}

/** Whether a request that names its origin comes from this engine's own page. */
export function isOwnOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true;
  try {
    return new URL(origin).host === host && isLoopbackHost(host);
  } catch {
    // An origin that is no URL, such as "null", is foreign.
    return false;
  }
}
