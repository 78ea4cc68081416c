import { saveFile } from './download'
import { send } from './http'

/** Fetches a file and saves it under the name the server gives; a refusal is thrown, never saved. */
export async function fetchFile(address: string, name: string): Promise<void> {
  const response = await send(new Request(new URL(address, location.origin)))
  const given = /filename\*=UTF-8''([^;]+)/i.exec(response.headers.get('Content-Disposition') ?? '')?.[1]
  saveFile(given ? decodeURIComponent(given) : name, await response.blob())
}
